import { assert, assertNoOthers, assertNumber, assertOneOf, show } from '../internal/assert.js';
import { multiply } from './dense.js';
import { covariancePower } from './spectral.js';
import { assertStyleOperator, type StyleOperator } from './styleOperator.js';

/** What is averaged when styles are mixed. */
export const mixModes = ['operator', 'covariance'] as const;
/** See {@link mixModes}. */
export type MixMode = (typeof mixModes)[number];

/** `sum_k w_k a_k`. */
function combination(arrays: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(arrays[0]!.length);
  arrays.forEach((array, k) => {
    for (let i = 0; i < sum.length; i++) sum[i]! += weights[k]! * array[i]!;
  });
  return sum;
}

/**
 * One style out of several.
 *
 * - `'operator'`: the mean of the operators, `sum w_k K_k`. The same as blending the stylised features, as the original
 *   implementations do; between unlike styles some contrast is lost.
 * - `'covariance'`: the root of the mean covariance, `(sum w_k K_k^2)^(1/2)`. Keeps the contrast; one more eigendecomposition.
 *
 * @param operators - At least one, all with the same number of channels. Those of empty regions (`samples` 0) are left out.
 * @param weights - One per operator, at least 0, not all 0. They are divided by their sum.
 * @returns New plain data.
 * @throws StyleError if counts or channels do not match, or a number is not finite.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { featureMoments, mixStyles, styleOperator } from 'pastiche/wct';
 *
 * const calm = styleOperator(await featureMoments(tf.tensor4d([0, 2], [1, 1, 2, 1])));
 * const wild = styleOperator(await featureMoments(tf.tensor4d([0, 8], [1, 1, 2, 1])));
 * console.log(mixStyles([calm, wild], [3, 1]).mean[0]); // => 1.75
 * ```
 */
export function mixStyles(
  operators: readonly StyleOperator[],
  weights: readonly number[],
  options: { readonly mode?: MixMode } = {},
): StyleOperator {
  const { mode = 'operator', ...others } = options;
  assertNoOthers('mixStyles', others);
  assertOneOf('mixStyles', 'mode', mode, mixModes);
  assert(operators.length > 0, () => 'mixStyles: operators must hold at least one style operator; got none');
  assert(
    weights.length === operators.length,
    () => `mixStyles: weights must hold one number per operator (${operators.length}); got ${show(weights)}`,
  );
  operators.forEach((operator, k) => {
    assertStyleOperator('mixStyles', `operators[${k}]`, operator);
    assertNumber('mixStyles', `weights[${k}]`, weights[k], { min: 0 });
    assert(
      operator.channels === operators[0]!.channels,
      () => `mixStyles: operators must have the same channels; got ${operators[0]!.channels} and ${operator.channels}`,
    );
  });
  assert(
    weights.some((weight) => weight > 0),
    () => 'mixStyles: weights must not all be 0',
  );
  const { channels } = operators[0]!;
  const used = operators
    .map((operator, k) => ({ operator, weight: weights[k]! }))
    .filter(({ operator, weight }) => operator.samples > 0 && weight > 0);
  if (used.length === 0) return structuredClone(operators[0]!);
  const total = used.reduce((sum, { weight }) => sum + weight, 0);
  const mixed = (part: (operator: StyleOperator) => Float64Array): Float64Array =>
    combination(
      used.map(({ operator }) => part(operator)),
      used.map(({ weight }) => weight / total),
    );
  const samples = used.reduce((sum, { operator }) => sum + operator.samples, 0);
  const mean = mixed((operator) => operator.mean);
  if (mode === 'operator') {
    // A sum of positive semidefinite matrices has at least the rank of each.
    const rank = Math.max(...used.map(({ operator }) => operator.rank));
    const deviation = mixed((operator) => operator.deviation);
    return { channels, samples, mean, deviation, sqrt: mixed(({ sqrt }) => sqrt), rank };
  }
  const covariance = mixed(({ sqrt }) => multiply(sqrt, sqrt, channels));
  const variance = mixed(({ deviation }) => deviation.map((value) => value * value));
  // The operators have been cut off already: what is left is rounding.
  const rounding = { absoluteCutoff: 0, relativeCutoff: 1e-14, shrink: 0 };
  const root = covariancePower({ covariance, channels, count: Infinity }, 0.5, rounding);
  return { channels, samples, mean, deviation: variance.map(Math.sqrt), sqrt: root.matrix, rank: root.rank };
}
