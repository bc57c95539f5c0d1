import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { LayerError } from '../errors.js';
import { assert, assertImage, assertSameShape, show } from '../internal/assert.js';
import { onTape } from '../internal/differentiable.js';
import { ensureGradients } from '../internal/ensureGradients.js';
import { keepRule } from '../internal/keepRule.js';
import { taped } from '../internal/kernels/op.js';
import { relu } from '../internal/kernels/relu.js';
import { outlineOf } from '../internal/outline.js';
import { assertFloat32 } from '../internal/precision.js';
import type { Features, Image } from '../types.js';
import type { FeatureExtractor } from './extractor.js';
import { type NamedOp, type Values, forwardPass, runLayer } from './forwardPass.js';

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

  /** The forward pass as nodes of the tape. Nothing is freed: the tape holds on to it. */
  const forwardTaped = (image: Image, deepest: number): Values => {
    const values: Values = new Map([[0, image]]);
    for (let i = 1; i <= deepest; i++) values.set(i, runLayer(ops[i - 1]!, taped(ops[i - 1]!.op), values.get(i - 1)!));
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
          : forwardPass(ops, image, 0, deepest, (i) => positions.includes(i)).values;
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
    const { values, shapes } = forwardPass(ops, image, 0, deepest, keep);
    const valueAt = (i: number): Tensor4D => {
      let from = i;
      while (!values.has(from)) from -= 1;
      const y = forwardPass(ops, values.get(from)!, from, i, (position) => position === i).values.get(i)!;
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
