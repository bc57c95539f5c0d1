import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { drawKind, drawTrainingPicture, kindOf, kinds } from '../../scripts/pictures/training/index.js';
import { colorCovariance, pictureStatistics, varianceAlong } from '../../scripts/pictures/training/statistics.js';
import { randomNumbers } from '../../src/internal/randomNumbers.js';
import { colorAxes } from '../../scripts/pictures/training/palettes.js';

const size = 64;
const sha256 = (rgb: Float32Array): string => createHash('sha256').update(new Uint8Array(rgb.buffer)).digest('hex');

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

describe('drawTrainingPicture', () => {
  const seeds = Array.from({ length: 96 }, (_, seed) => seed);
  const pictures = seeds.map((seed) => drawTrainingPicture(seed, size));

  it('draws the same bytes for the same seed, whatever was drawn before', () => {
    const again = [11, 3, 7].map((seed) => sha256(drawTrainingPicture(seed, size)));
    expect(again).toEqual([11, 3, 7].map((seed) => sha256(pictures[seed]!)));
  });

  it('draws these pictures and no others, on every machine: whoever changes them has to train the weights anew', () => {
    // As the bytes of an image file, in which the last bit of a sine does not show.
    const bytes = createHash('sha256');
    for (const rgb of [...pictures, ...kinds.map((kind) => drawKind(kind, 1, size))])
      bytes.update(Uint8Array.from(rgb, (value) => Math.round(255 * value)));
    expect(bytes.digest('hex')).toBe('b2cdc5c29d6372f102ccc1363a21deb8baaae1302eb677e1dd8736455c5813f2');
  });

  it('draws another picture for another seed', () => {
    expect(new Set(pictures.map(sha256)).size).toBe(pictures.length);
  });

  it('gives finite values in 0..1, three for each pixel', () => {
    for (const rgb of pictures) {
      expect(rgb).toHaveLength(size * size * 3);
      expect(rgb.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('draws sizes that are not powers of two', () => {
    for (const kind of kinds) {
      const rgb = drawKind(kind, 5, 50);
      expect(rgb).toHaveLength(50 * 50 * 3);
      expect(rgb.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('reaches every kind about as often as its weight says', () => {
    const draws = 4000;
    const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
    const counts = new Map<string, number>();
    for (let seed = 0; seed < draws; seed++) {
      const { name } = kindOf(seed);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const { name, weight } of kinds) {
      const share = weight / total;
      const deviation = Math.sqrt((share * (1 - share)) / draws);
      expect(Math.abs((counts.get(name) ?? 0) / draws - share), name).toBeLessThan(5 * deviation);
    }
  });

  it('leaves no kind without structure', () => {
    for (const kind of kinds) {
      const contrasts = [1, 2, 3, 4].map((seed) => pictureStatistics(drawKind(kind, seed, size), size).contrast);
      expect(Math.max(...contrasts), kind.name).toBeGreaterThan(0.08);
    }
  });

  it('has the exposure, the colors and the spectrum of photographs', () => {
    const all = pictures.map((rgb) => pictureStatistics(rgb, size));
    const middle = (key: keyof (typeof all)[number]): number => median(all.map((statistics) => statistics[key]));
    expect(middle('mean')).toBeGreaterThan(0.38);
    expect(middle('mean')).toBeLessThan(0.56);
    expect(middle('contrast')).toBeGreaterThan(0.14);
    expect(middle('contrast')).toBeLessThan(0.26);
    expect(middle('warmthRatio')).toBeGreaterThan(0.15);
    expect(middle('warmthRatio')).toBeLessThan(0.45);
    expect(middle('tintRatio')).toBeGreaterThan(0.04);
    expect(middle('tintRatio')).toBeLessThan(0.2);
    expect(middle('slope')).toBeGreaterThan(1.6);
    expect(middle('slope')).toBeLessThan(3.2);
    // And they vary: dark and bright ones, hard and soft ones.
    const means = all.map(({ mean }) => mean);
    expect(Math.min(...means)).toBeLessThan(0.33);
    expect(Math.max(...means)).toBeGreaterThan(0.6);
  });

  it('varies most in brightness, then from blue to orange, then from green to magenta, over all pictures', () => {
    const together = new Float32Array(pictures.length * size * size * 3);
    pictures.forEach((rgb, i) => {
      together.set(rgb, i * rgb.length);
    });
    const { covariance } = colorCovariance(together);
    const [brightness, warmth, tint] = [colorAxes.brightness, colorAxes.warmth, colorAxes.tint].map((axis) =>
      varianceAlong(covariance, axis),
    ) as [number, number, number];
    expect(warmth / brightness).toBeGreaterThan(0.04);
    expect(warmth / brightness).toBeLessThan(0.25);
    expect(tint / warmth).toBeGreaterThan(0.08);
    expect(tint / warmth).toBeLessThan(0.6);
  });
});

describe('pictureStatistics', () => {
  it('finds contrast and color axis of a known picture', () => {
    // Left half and right half differ by the same amount along one axis.
    const halves = (axis: readonly number[], amount: number): Float32Array =>
      Float32Array.from({ length: size * size * 3 }, (_, i) => {
        const right = Math.floor(i / 3) % size >= size / 2;
        return 0.5 + (right ? amount : -amount) * axis[i % 3]!;
      });
    const gray = pictureStatistics(halves([1, 1, 1], 0.2), size);
    expect(gray.contrast).toBeCloseTo(0.2, 5);
    expect(gray.warmthRatio).toBeLessThan(1e-4);
    const orange = pictureStatistics(halves([0.2 + 0.1, 0.2, 0.2 - 0.1], 1), size);
    expect(orange.warmthRatio).toBeCloseTo((0.1 * Math.sqrt(2)) / (0.2 * Math.sqrt(3)), 4);
    expect(orange.tintRatio).toBeLessThan(1e-4);
  });

  it('finds the slope of white noise: none', () => {
    const random = randomNumbers(1);
    const white = new Float32Array(size * size * 3);
    for (let at = 0; at < white.length; at += 3) white.fill(random.uniform(), at, at + 3);
    expect(Math.abs(pictureStatistics(white, size).slope)).toBeLessThan(0.4);
  });
});
