import type { Tensor4D } from '@tensorflow/tfjs-core';
import { ShapeError } from '../errors.js';
import { assert } from '../internal/assert.js';
import type { ForwardOp, Op } from '../internal/kernels/op.js';
import { relu } from '../internal/kernels/relu.js';

/** A layer of a chain. A name that starts with `_` cannot be asked for (preprocessing). */
export interface NamedOp<O extends ForwardOp = Op> {
  readonly name: string;
  readonly op: O;
}

/** Outputs of layers by position: 0 is what goes in, `i` the output of `ops[i - 1]`. */
export type Values = Map<number, Tensor4D>;

/** Applies a layer, in whatever form, to a picture that is large enough for it. */
export function runLayer(
  { name, op: { minimumSize = 1 } }: NamedOp<ForwardOp>,
  apply: (x: Tensor4D) => Tensor4D,
  x: Tensor4D,
): Tensor4D {
  const [, h, w] = x.shape;
  assert(
    Math.min(h, w) >= minimumSize,
    () =>
      `${name} needs an input of at least ${minimumSize}x${minimumSize} pixels and got ${h}x${w}: ` +
      `use a larger picture, or layers before ${name}`,
    ShapeError,
  );
  return apply(x);
}

/**
 * Runs a chain from the value at position `begin` to position `end` and returns the values that `keep` names, the first one among
 * them; the others are freed as soon as the next one stands. A convolution and the relu after it are one kernel, unless the
 * convolution itself is to be kept.
 */
export function forwardPass(
  ops: readonly NamedOp<ForwardOp>[],
  first: Tensor4D,
  begin: number,
  end: number,
  keep: (position: number) => boolean,
): { values: Values; shapes: Tensor4D['shape'][] } {
  const values: Values = new Map([[begin, first]]);
  const shapes = [];
  shapes[begin] = first.shape;
  let x = first;
  for (let from = begin, to; from < end; from = to) {
    const { op } = ops[from]!;
    const fuse = op.forwardRelu !== undefined && ops[from + 1]?.op === relu && from + 2 <= end && !keep(from + 1);
    to = fuse ? from + 2 : from + 1;
    const y = runLayer(ops[from]!, fuse ? op.forwardRelu : op.forward, x);
    if (!values.has(from)) x.dispose();
    if (keep(to)) values.set(to, y);
    shapes[from + 1] = shapes[to] = y.shape;
    x = y;
  }
  return { values, shapes };
}
