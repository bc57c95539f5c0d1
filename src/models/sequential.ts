import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { LayerError, ShapeError } from '../errors.js';
import { assert, assertImage, assertSameShape, show } from '../internal/assert.js';
import { onTape } from '../internal/differentiable.js';
import { ensureGradients } from '../internal/ensureGradients.js';
import { keepRule } from '../internal/keepRule.js';
import { type Op, taped } from '../internal/kernels/op.js';
import { relu } from '../internal/kernels/relu.js';
import { outlineOf } from '../internal/outline.js';
import { assertFloat32 } from '../internal/precision.js';
import type { Features, Image } from '../types.js';
import type { FeatureExtractor } from './extractor.js';

/** A layer of a {@link sequential} network. A name that starts with `_` cannot be asked for (preprocessing). */
export interface NamedOp {
  readonly name: string;
  readonly op: Op;
}

/** A layer's output by position: 0 is the picture, `i` the output of `ops[i - 1]`. */
type Values = Map<number, Tensor4D>;

interface Run {
  values: Values;
  shapes: Tensor4D['shape'][];
}

/**
 * A chain of layers with explicit backward pass. Values are kept only where something asks for them, and freed on the way; a
 * convolution and the relu after it are one kernel unless the convolution itself is asked for.
 */
export function sequential<L extends string>(ops: readonly NamedOp[], owns: readonly Tensor[]): FeatureExtractor<L> {
  ensureGradients();
  const names = ['image', ...ops.map(({ name }) => name)];
  const layers = names.filter((name) => !name.startsWith('_')) as L[];
  let disposed = false;

  const positionOf = (where: string, layer: string): number => {
    assert(!disposed, () => `${where}: the network has been disposed`);
    const known = layers.includes(layer as L);
    assert(known, () => `${where}: there is no layer ${show(layer)}; the layers are ${layers.join(', ')}`, LayerError);
    return names.indexOf(layer);
  };

  const run = (position: number, apply: (x: Tensor4D) => Tensor4D, x: Tensor4D): Tensor4D => {
    const { name, op } = ops[position - 1]!;
    const [, h, w] = x.shape;
    assert(
      Math.min(h, w) >= (op.minimumSize ?? 1),
      () =>
        `${name} needs an input of at least ${op.minimumSize ?? 1}x${op.minimumSize ?? 1} pixels and got ${h}x${w}: ` +
        `use a larger picture, or layers before ${name}`,
      ShapeError,
    );
    return apply(x);
  };

  /**
   * Runs from the value at `begin` to position `end` and returns the values that `keep` names, the first one among them; the others
   * are freed as soon as the next one stands.
   */
  const forward = (first: Tensor4D, begin: number, end: number, keep: (position: number) => boolean): Run => {
    const values: Values = new Map([[begin, first]]);
    const shapes = [];
    shapes[begin] = first.shape;
    let x = first;
    for (let from = begin, to; from < end; from = to) {
      const { op } = ops[from]!;
      const fuse = op.forwardRelu !== undefined && ops[from + 1]?.op === relu && from + 2 <= end && !keep(from + 1);
      to = fuse ? from + 2 : from + 1;
      const y = run(from + 1, fuse ? op.forwardRelu : op.forward, x);
      if (!values.has(from)) x.dispose();
      if (keep(to)) values.set(to, y);
      shapes[from + 1] = shapes[to] = y.shape;
      x = y;
    }
    return { values, shapes };
  };

  /** The same as nodes of the tape. Nothing is freed: the tape holds on to it. */
  const forwardTaped = (image: Image, deepest: number): Values => {
    const values: Values = new Map([[0, image]]);
    for (let i = 1; i <= deepest; i++) values.set(i, run(i, taped(ops[i - 1]!.op), values.get(i - 1)!));
    return values;
  };

  return {
    layers,
    outline: ops.map(({ name, op }) => outlineOf(name, op)),
    features(image, wanted) {
      assertImage('features', 'image', image);
      const positions = wanted.map((layer) => positionOf('features', layer));
      const deepest = Math.max(0, ...positions);
      return tf.tidy(() => {
        const values = onTape()
          ? forwardTaped(image, deepest)
          : forward(image, 0, deepest, (i) => positions.includes(i)).values;
        const entries = wanted.map((layer, k) => [layer, values.get(positions[k]!)!] as const);
        return Object.fromEntries(entries.map(([layer, x]) => [layer, x === image ? tf.clone(x) : x])) as Record<
          (typeof wanted)[number],
          Features
        >;
      });
    },
    imageGradient(image, gradientAt, { recompute = false } = {}) {
      assertImage('imageGradient', 'image', image);
      const callbacks = new Map(
        (Object.keys(gradientAt) as L[]).map((layer) => [positionOf('imageGradient', layer), gradientAt[layer]!]),
      );
      assert(callbacks.size > 0, () => 'imageGradient: gradientAt must name at least one layer; got {}', LayerError);
      assertFloat32('imageGradient', 'gradients');
      return tf.tidy(() => backward(image, callbacks, recompute));
    },
    dispose() {
      disposed = true;
      tf.dispose([...owns]);
    },
  };

  function backward(
    image: Image,
    gradientAt: ReadonlyMap<number, (features: Features) => Features>,
    recompute: boolean,
  ): Image {
    const deepest = Math.max(...gradientAt.keys());
    const tapped = new Set(gradientAt.keys());
    const keep = keepRule({ layers: ops.map(({ op }) => op), tapped, deepest, recompute });
    const { values, shapes } = forward(image, 0, deepest, keep);
    const valueAt = (i: number): Tensor4D => {
      let from = i;
      while (!values.has(from)) from -= 1;
      const y = forward(values.get(from)!, from, i, (position) => position === i).values.get(i)!;
      values.set(i, y);
      return y;
    };
    const free = (position: number): void => {
      tf.dispose(values.get(position) ?? []);
      values.delete(position);
    };

    let gradient: Tensor4D | undefined;
    for (let i = deepest, next; ; i = next) {
      const callback = gradientAt.get(i);
      if (callback !== undefined) {
        const features = valueAt(i);
        const returned = callback(features);
        assertSameShape('imageGradient', 'the gradient', returned, `the features of ${names[i]!}`, features);
        // A callback may return the features themselves (the gradient of half their square): those are still needed.
        const added = returned === features ? tf.clone(returned) : returned;
        const sum: Tensor4D = gradient === undefined ? added : tf.add(gradient, added);
        if (gradient !== undefined) tf.dispose([gradient, added]);
        gradient = sum;
      }
      if (i === 0) return gradient!;
      const { op } = ops[i - 1]!;
      const pastRelu = ops[i - 2]?.op === relu && !gradientAt.has(i - 1) ? op.inputGradientPastRelu : undefined;
      next = pastRelu === undefined ? i - 1 : i - 2;
      // Recomputed here rather than when asked for: inside the operation's own tidy they would not survive it.
      if (op.gradientReads.includes('x')) valueAt(i - 1);
      if (op.gradientReads.includes('y')) valueAt(i);
      const pass = { x: () => valueAt(i - 1), y: () => valueAt(i), inputShape: shapes[i - 1]! };
      const dx = (pastRelu ?? op.inputGradient)(gradient!, pass);
      tf.dispose(gradient!);
      for (let position = i; position > next; position--) free(position);
      gradient = dx;
    }
  }
}
