import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { assert, assertFeatures, assertNoOthers, assertNumber, assertOneOf, show } from '../internal/assert.js';
import { closedForm } from '../internal/differentiable.js';
import { sumAll } from '../internal/sums.js';
import { padByOne, padByOneGradient } from '../internal/kernels/padding.js';
import type { ClosedForm, Image, ValueAndGrad } from '../types.js';
import {
  type Difference,
  absoluteVariation,
  difference,
  differenceGradient,
  down,
  neighbours,
  right,
  sumOfDifferences,
  type WeightedDifference,
} from '../internal/differences.js';

/** What is summed over the differences of neighbouring pixels. */
export const variationNorms = ['l1', 'l2', 'isotropic', 'nine-point'] as const;
/** How the terms become one number. */
export const variationReductions = ['mean', 'sum', 'half-sum'] as const;

/** Options of {@link totalVariationLoss}. */
export interface TotalVariationOptions {
  /**
   * Over the differences $d_x$ to the right and $d_y$ to the lower neighbour:
   *
   * - `'l1'`: $|d_x| + |d_y|$ (neural-style-pt);
   * - `'l2'`: $d_x^2 + d_y^2$;
   * - `'isotropic'`: $(d_x^2 + d_y^2)^{\beta/2}$ where both neighbours exist (pystiche; Mahendran & Vedaldi);
   * - `'nine-point'`: a third of $d_x^2 + d_y^2$ and a twelfth of both diagonals' squares, twice, on the picture with its border
   *   repeated (style-transfer-pytorch).
   *
   * @defaultValue 'l2'
   */
  readonly norm?: (typeof variationNorms)[number];
  /** The power $\beta$ of `'isotropic'`. @defaultValue 2 */
  readonly exponent?: number;
  /**
   * `'mean'` is the mean of each kind of difference, added up, so that it does not depend on the picture's size; the `'sum'`;
   * or half of it. @defaultValue 'mean'
   */
  readonly reduction?: (typeof variationReductions)[number];
}

const square = (d: Tensor4D): Tensor4D => tf.square(d);
const twice = (d: Tensor4D): Tensor4D => tf.mul(d, 2);

function isotropic(x: Tensor4D, exponent: number, reduction: 'mean' | 'sum'): ValueAndGrad {
  const inner = (kind: Difference): Difference => ({ ...kind, less: [1, 1] });
  const [dx, dy] = [difference(x, inner(right)), difference(x, inner(down))];
  const scale = reduction === 'mean' ? 1 / dx.size : 1;
  const squares = tf.add(tf.square(dx), tf.square(dy));
  // Below an exponent of 2 the derivative at 0 is infinite times 0: there it is taken as 0.
  const floor = tf.maximum(squares, 1e-12);
  const slope = tf.mul(tf.pow(floor, exponent / 2 - 1), exponent * scale);
  const grad = tf.add<Tensor4D>(
    differenceGradient(tf.mul(slope, dx), inner(right)),
    differenceGradient(tf.mul(slope, dy), inner(down)),
  );
  return { value: tf.mul(sumAll(exponent === 2 ? squares : tf.pow(squares, exponent / 2)), scale), grad };
}

function ninePoint(image: Tensor4D, reduction: 'mean' | 'sum'): ValueAndGrad {
  const kinds: WeightedDifference[] = [
    { plus: [1, 2], minus: [1, 1], less: [2, 2], weight: 2 / 3 },
    { plus: [2, 1], minus: [1, 1], less: [2, 2], weight: 2 / 3 },
    { plus: [1, 1], minus: [0, 0], less: [1, 1], weight: 1 / 6 },
    { plus: [1, 0], minus: [0, 1], less: [1, 1], weight: 1 / 6 },
  ];
  const { value, grad } = sumOfDifferences(padByOne(image, 'replicate'), kinds, reduction, square, twice);
  return { value, grad: padByOneGradient(grad, 'replicate') };
}

/**
 * How rough a picture is: the differences of neighbouring pixels, squared or absolute. A little of it keeps an optimised
 * picture free of grain.
 *
 * @returns a loss on an image `[b, h, w, c]`; it owns no tensors
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { totalVariationLoss } from 'pastiche/losses';
 *
 * const stripes = tf.tensor4d([0, 1, 0, 1], [1, 2, 2, 1]);
 * console.log(totalVariationLoss({ norm: 'l1', reduction: 'sum' })(stripes).arraySync()); // => 2
 * console.log(totalVariationLoss()(stripes).arraySync()); // => 1
 * ```
 *
 * Peers measure pixels in 0..255 where this library has 0..1: their weight for a sum of squares is 255^2 times smaller, for a
 * sum of absolute values 255 times. The gradient of neural-style (Lua) is `{ norm: 'isotropic', reduction: 'half-sum' }`.
 */
export function totalVariationLoss(options: TotalVariationOptions = {}): ClosedForm {
  const where = 'totalVariationLoss';
  const { norm = 'l2', exponent = 2, reduction = 'mean', ...others } = options;
  assertNoOthers(where, others);
  assertOneOf(where, 'norm', norm, variationNorms);
  assertOneOf(where, 'reduction', reduction, variationReductions);
  assertNumber(where, 'exponent', exponent, { min: 1 });
  assert(
    options.exponent === undefined || norm === 'isotropic',
    () => `${where}: exponent belongs to norm 'isotropic'; got norm '${norm}' and exponent ${exponent}`,
  );
  const base = reduction === 'mean' ? 'mean' : 'sum';
  const compute = (image: Image): ValueAndGrad => {
    if (norm === 'l1') return absoluteVariation(image, base);
    if (norm === 'l2') return sumOfDifferences(image, neighbours(), base, square, twice);
    return norm === 'isotropic' ? isotropic(image, exponent, base) : ninePoint(image, base);
  };
  const valueAndGrad = (image: Image): ValueAndGrad => {
    const { value, grad } = compute(image);
    return reduction === 'half-sum' ? { value: tf.mul(value, 0.5), grad: tf.mul(grad, 0.5) } : { value, grad };
  };
  return closedForm<Image>({
    check(image) {
      assertFeatures(where, 'image', image);
      const [, h, w] = image.shape;
      assert(
        norm !== 'isotropic' || (h > 1 && w > 1),
        () => `${where}: norm 'isotropic' needs an image of at least 2x2 pixels; got ${show(image)}`,
        ShapeError,
      );
    },
    value: (image) => valueAndGrad(image).value,
    valueAndGrad,
  });
}
