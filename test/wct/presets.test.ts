import { styleOperator, wct, wctMap, wctPresets, type AffineMap, type WctPreset } from 'pastiche/wct';
import { describe, expect, it } from 'vitest';
import { relativeL2, tolerance } from '../_setup/compare.js';
import { momentsOf, momentsWith, multiply, reluRows, toFeatures, toMatrix } from './_matrices.js';

/** The diagonal of the map between two diagonal covariances, as a preset has it. */
function gains(preset: WctPreset, content: number[], style: number[]): number[] {
  const { whitening, colouring, strength } = wctPresets[preset];
  const diagonal = (values: number[]): number[][] => values.map((v, r) => values.map((_, c) => (r === c ? v : 0)));
  const operator = styleOperator(momentsWith(diagonal(style)), colouring);
  const map: AffineMap = wctMap(momentsWith(diagonal(content)), operator, { ...whitening, strength });
  return content.map((_, c) => map.matrix[c * (content.length + 1)]!);
}

function expectGains(preset: WctPreset, content: number[], style: number[], expected: number[]): void {
  const actual = gains(preset, content, style);
  expected.forEach((value, i) => expect(actual[i]! / value).toBeCloseTo(1, 9));
}

describe('wctPresets', () => {
  it("wctPresets['ust-official'] cuts at 1e-5 whatever the largest eigenvalue, and blends by 0.6", () => {
    const scale = Math.sqrt(1 / 5e-5);
    expectGains('ust-official', [1e4, 5e-5], [1e4, 1], [1, 0.4 + 0.6 * scale]);
    expectGains('ust-official', [1, 9e-6], [1, 1], [1, 0.4]);
    // The library's own default cuts 1e-7 of the largest, too.
    const own = wctMap(
      momentsWith([
        [1e4, 0],
        [0, 5e-5],
      ]),
      styleOperator(
        momentsWith([
          [1e4, 0],
          [0, 1],
        ]),
      ),
    );
    expect(own.matrix[3]).toBe(0);
  });

  it("wctPresets['pytorch-wct'] adds 1 to the eigenvalues of the content alone", () => {
    expectGains('pytorch-wct', [3, 0.25], [4, 1], [1, Math.sqrt(1 / 1.25)]);
  });

  it("wctPresets['deep-transfer'] blends by 0.2", () => {
    expectGains('deep-transfer', [1, 4], [9, 1], [0.8 + 0.2 * 3, 0.8 + 0.2 * 0.5]);
  });

  it("wctPresets['wct-tf'] adds 1e-8 on both sides, which decides next to the cut-off", () => {
    // 9.995e-6 alone would be cut.
    expectGains('wct-tf', [1, 9.995e-6], [1, 1], [1, Math.sqrt((1 + 1e-8) / 1.0005e-5)]);
    expectGains('wct-tf', [1, 1], [1, 9.995e-6], [1, Math.sqrt(1.0005e-5 / (1 + 1e-8))]);
    expect(gains('deep-transfer', [1, 9.995e-6], [1, 1])[1]).toBeCloseTo(0.8, 12);
  });

  it("wctPresets['collaborative-distillation'] has no cut-off: weak directions come to full contrast", () => {
    expectGains('collaborative-distillation', [1, 1e-12], [4, 1], [2, 1e6]);
    expect(gains('ust-official', [1, 1e-12], [4, 1])[1]).toBeCloseTo(0.4, 12);
  });

  it("wctPresets['photo-wct'] adds 1 to the content and leaves a constant style constant", () => {
    expectGains('photo-wct', [3, 0.25], [4, 1], [1, Math.sqrt(1 / 1.25)]);
    expect(gains('photo-wct', [3, 3], [4, 0])[1]).toBe(0);
  });

  it('wctPresets.wct2 adds 1 to both sides, so that constant directions of the style gain variance', () => {
    expectGains('wct2', [3, 0], [8, 0], [1.5, 1]);
    expectGains('wct2', [3, 1], [4, 1], [Math.sqrt(5 / 4), 1]);
  });

  it.each(Object.keys(wctPresets) as WctPreset[])(
    'wct(content, style, wctPresets[%j]) takes a preset as it is',
    async (name) => {
      const [c, s] = [reluRows(300, 6, 1), reluRows(200, 6, 2)];
      const { whitening, colouring, strength } = wctPresets[name];
      const map = wctMap(momentsOf(c), styleOperator(momentsOf(s), colouring), { ...whitening, strength });
      const expected = multiply(c, toMatrix(map.matrix, 6)).flatMap((row) =>
        row.map((value, i) => value + map.bias[i]!),
      );
      const result = await (await wct(toFeatures(c, 10), toFeatures(s, 10), wctPresets[name])).data();
      expect(relativeL2(result, expected)).toBeLessThan(tolerance());
    },
  );
});
