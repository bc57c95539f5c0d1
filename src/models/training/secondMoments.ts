import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sumPositions } from '../../internal/kernels/positions.js';
import type { OwnedTensors } from '../../internal/ownedTensors.js';
import { readBack } from '../../internal/readBack.js';
import { buildVgg } from '../buildVgg.js';
import type { ConvWeights } from '../convolutionMaker.js';
import { vggPlan } from '../vggPlan.js';
import type { DrawBatch } from './batches.js';
import { studentPadding } from './studentLayers.js';

/** The root of the mean square of every channel of every layer over some batches. */
export async function secondMoments(
  convolutions: ReadonlyMap<string, ConvWeights>,
  channels: readonly number[],
  drawBatch: DrawBatch,
  batches: number,
  owned: OwnedTensors,
): Promise<Map<string, Float64Array>> {
  const upTo = `relu${channels.length}_1` as 'relu1_1';
  const plan = vggPlan('distillEncoder', { padding: studentPadding, upTo, gradients: false });
  const network = buildVgg(plan, undefined, convolutions);
  try {
    const layers = [...convolutions.keys()];
    const sums = new Map(
      layers.map((layer) => [layer, { count: 0, squares: new Float64Array(convolutions.get(layer)!.bias.length) }]),
    );
    for (let step = 0; step < batches; step++) {
      const image = owned.own(await drawBatch(step));
      const squares = tf.tidy(() => {
        const features = network.features(
          image,
          layers.map((layer) => layer.replace('conv', 'relu') as 'relu1_1'),
        );
        return Object.values(features).map((x): [number, Tensor] => [
          x.size / x.shape[3],
          owned.own(sumPositions(tf.square(x))),
        ]);
      });
      for (const [i, [count, tensor]] of squares.entries()) {
        const values = await readBack('distillEncoder', tensor);
        const sum = sums.get(layers[i]!)!;
        sum.count += count;
        values.forEach((value, c) => (sum.squares[c]! += value));
      }
      owned.dispose(image, ...squares.map(([, tensor]) => tensor));
    }
    return new Map([...sums].map(([layer, { count, squares }]) => [layer, squares.map((s) => Math.sqrt(s / count))]));
  } finally {
    network.dispose();
  }
}
