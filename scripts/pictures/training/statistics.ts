import { transformSquare } from './fourier.js';
import { colorAxes } from './palettes.js';

/** What is known of photographs, measured on one picture. */
export interface PictureStatistics {
  /** The mean of all values. */
  readonly mean: number;
  /** The deviation of the brightness. */
  readonly contrast: number;
  /** The deviations along blue-orange and green-magenta, as fractions of that along the (unit) brightness axis. */
  readonly warmthRatio: number;
  readonly tintRatio: number;
  /** The power of frequency `f` falls as `1 / f^slope`. */
  readonly slope: number;
}

/** The covariance of the colors of `[n, 3]` values, row by row, and their means. */
export function colorCovariance(rgb: Float32Array): { means: readonly number[]; covariance: readonly number[] } {
  const count = rgb.length / 3;
  let [red, green, blue] = [0, 0, 0];
  let [rr, rg, rb, gg, gb, bb] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < rgb.length; at += 3) {
    const [r, g, b] = [rgb[at]!, rgb[at + 1]!, rgb[at + 2]!];
    red += r;
    green += g;
    blue += b;
    rr += r * r;
    rg += r * g;
    rb += r * b;
    gg += g * g;
    gb += g * b;
    bb += b * b;
  }
  const means = [red / count, green / count, blue / count];
  const products = [rr, rg, rb, rg, gg, gb, rb, gb, bb];
  return { means, covariance: products.map((sum, k) => sum / count - means[Math.floor(k / 3)]! * means[k % 3]!) };
}

/** The variance along a unit vector, never quite 0. */
export function varianceAlong(covariance: readonly number[], axis: readonly number[]): number {
  const sum = covariance.reduce((total, value, k) => total + value * axis[Math.floor(k / 3)]! * axis[k % 3]!, 0);
  return Math.max(1e-12, sum);
}

/** The slope of the power spectrum between 3 and 40 waves a picture, by a straight line through the logarithms of its octaves. */
function spectralSlope(rgb: Float32Array, size: number): number {
  const side = 2 ** Math.floor(Math.log2(size));
  const re = new Float64Array(side * side);
  const im = new Float64Array(side * side);
  let mean = 0;
  for (const value of rgb) mean += value / rgb.length;
  // The borders fade out: otherwise their jump would be measured.
  const fade = (x: number): number => Math.sin((Math.PI * (x + 0.5)) / side) ** 2;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = (y * size + x) * 3;
      const brightness = (rgb[at]! + rgb[at + 1]! + rgb[at + 2]!) / 3;
      re[y * side + x] = (brightness - mean) * fade(x) * fade(y);
    }
  }
  transformSquare(re, im, side);
  const bands = 8;
  const [low, high] = [3, 40];
  const powers = new Float64Array(bands);
  const counts = new Float64Array(bands);
  for (let i = 0; i < re.length; i++) {
    const [u, v] = [i % side, Math.floor(i / side)];
    const frequency = Math.hypot(Math.min(u, side - u), Math.min(v, side - v));
    const band = Math.floor((bands * Math.log(frequency / low)) / Math.log(high / low));
    if (!(band >= 0 && band < bands)) continue;
    powers[band] = powers[band]! + re[i]! ** 2 + im[i]! ** 2;
    counts[band] = counts[band]! + 1;
  }
  const octave = Math.log(high / low) / bands;
  let [xy, xx] = [0, 0];
  for (let band = 0; band < bands; band++) {
    const x = (band - (bands - 1) / 2) * octave;
    xy += x * Math.log(powers[band]! / counts[band]! + 1e-12);
    xx += x * x;
  }
  return -xy / xx;
}

/** Measures a picture of drawTrainingPicture, or any other of `[size, size, 3]`. */
export function pictureStatistics(rgb: Float32Array, size: number): PictureStatistics {
  const { means, covariance } = colorCovariance(rgb);
  const [brightness, warmth, tint] = [colorAxes.brightness, colorAxes.warmth, colorAxes.tint].map((axis) =>
    Math.sqrt(varianceAlong(covariance, axis)),
  ) as [number, number, number];
  return {
    mean: (means[0]! + means[1]! + means[2]!) / 3,
    contrast: brightness / Math.sqrt(3),
    warmthRatio: warmth / brightness,
    tintRatio: tint / brightness,
    slope: spectralSlope(rgb, size),
  };
}
