import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { LayerError, ShapeError } from '../errors.js';
import { assert, assertImage, assertSameShape, show } from '../internal/assert.js';
import { onTape } from '../internal/differentiable.js';
import { ensureGradients } from '../internal/ensureGradients.js';
import { type Op, taped } from '../internal/kernels/op.js';
import { relu } from '../internal/kernels/relu.js';
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

  /** Runs up to `deepest` and returns the values that `keep` names; the others are freed as soon as the next one stands. */
  const forward = (image: Image, deepest: number, keep: (position: number) => boolean): Run => {
    const values: Values = new Map([[0, image]]);
    const shapes = [image.shape];
    let x = image;
    for (let from = 0, to; from < deepest; from = to) {
      const { op } = ops[from]!;
      const fuse = op.forwardRelu !== undefined && ops[from + 1]?.op === relu && from + 2 <= deepest && !keep(from + 1);
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
    features(image, wanted) {
      assertImage('features', 'image', image);
      const positions = wanted.map((layer) => positionOf('features', layer));
      const deepest = Math.max(0, ...positions);
      return tf.tidy(() => {
        const values = onTape()
          ? forwardTaped(image, deepest)
          : forward(image, deepest, (i) => positions.includes(i)).values;
        const entries = wanted.map((layer, k) => [layer, values.get(positions[k]!)!] as const);
        return Object.fromEntries(entries.map(([layer, x]) => [layer, x === image ? tf.clone(x) : x])) as Record<
          (typeof wanted)[number],
          Features
        >;
      });
    },
    imageGradient(image, gradientAt) {
      assertImage('imageGradient', 'image', image);
      const callbacks = new Map(
        (Object.keys(gradientAt) as L[]).map((layer) => [positionOf('imageGradient', layer), gradientAt[layer]!]),
      );
      assert(callbacks.size > 0, () => 'imageGradient: gradientAt must name at least one layer; got {}', LayerError);
      assertFloat32('imageGradient', 'gradients');
      return tf.tidy(() => backward(image, callbacks));
    },
    dispose() {
      disposed = true;
      tf.dispose([...owns]);
    },
  };

  function backward(image: Image, gradientAt: ReadonlyMap<number, (features: Features) => Features>): Image {
    const deepest = Math.max(...gradientAt.keys());
    const reads = (i: number, what: 'x' | 'y'): boolean => ops[i]?.op.gradientReads.includes(what) ?? false;
    const keep = (i: number): boolean => {
      if (gradientAt.has(i)) return true;
      // relu(x) is cheaper to recompute than to hold beside x.
      if (ops[i - 1]?.op === relu && gradientAt.has(i - 1)) return false;
      return (i > 0 && reads(i - 1, 'y')) || (i < deepest && reads(i, 'x'));
    };
    const { values, shapes } = forward(image, deepest, keep);
    const valueAt = (i: number): Tensor4D => {
      const kept = values.get(i);
      if (kept !== undefined) return kept;
      const y = ops[i - 1]!.op.forward(valueAt(i - 1));
      values.set(i, y);
      return y;
    };

    let gradient: Tensor4D | undefined;
    for (let i = deepest; i >= 0; i--) {
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
      if (i > 0) {
        // Recomputed here rather than when asked for: inside the operation's own tidy they would not survive it.
        if (reads(i - 1, 'x')) valueAt(i - 1);
        if (reads(i - 1, 'y')) valueAt(i);
        const dx = ops[i - 1]!.op.inputGradient(gradient!, {
          x: () => valueAt(i - 1),
          y: () => valueAt(i),
          inputShape: shapes[i - 1]!,
        });
        tf.dispose([gradient!, values.get(i) ?? []]);
        values.delete(i);
        gradient = dx;
      }
    }
    return gradient!;
  }
}
