import * as tf from '@tensorflow/tfjs-core';
import { type Image, type NamedWeights, encodeSafetensors, loadVgg, safetensors } from '../../src/index.js';

/** The deepest layer: nothing but decoders follows it, and these are trained later. */
const layer = 'conv5_1';

/** Root of the mean square of each of its channels over some batches. Frees them. */
async function moments(weights: NamedWeights, batches: readonly (() => Image)[]): Promise<Float32Array> {
  const options = { preprocessing: 'none', padding: 'reflect', upTo: 'relu5_1' } as const;
  const encoder = await loadVgg(safetensors(encodeSafetensors(weights)), options);
  const sum = tf.tidy(() =>
    batches
      .map((draw) =>
        tf.tidy(() => tf.mean<tf.Tensor1D>(tf.square(encoder.features(draw(), ['relu5_1']).relu5_1), [0, 1, 2])),
      )
      .reduce((a, b) => tf.add(a, b)),
  );
  const squares = await sum.data<'float32'>();
  sum.dispose();
  encoder.dispose();
  return squares.map((square) => Math.sqrt(square / batches.length));
}

/**
 * Raises the offsets of the deepest layer by `lift`, in units of each channel's size, and scales its channels to unit second moment
 * again. In a plain picture (a tower before the sky) a few channels of 128 have nothing to say; then no covariance has full rank.
 */
export async function wake(
  weights: NamedWeights,
  lift: number,
  batches: readonly (() => Image)[],
): Promise<NamedWeights> {
  const [kernel, bias] = [weights[`encoder.${layer}.weight`]!, weights[`encoder.${layer}.bias`]!];
  const with_ = (k: Float32Array, b: Float32Array): NamedWeights => ({
    ...weights,
    [`encoder.${layer}.weight`]: { shape: kernel.shape, values: k },
    [`encoder.${layer}.bias`]: { shape: bias.shape, values: b },
  });
  const sizes = await moments(with_(kernel.values, bias.values), batches);
  const raised = bias.values.map((b, c) => b + lift * sizes[c]!);
  const larger = await moments(with_(kernel.values, raised), batches);
  const each = kernel.values.length / raised.length;
  return with_(
    kernel.values.map((w, i) => w / larger[Math.floor(i / each)]!),
    raised.map((b, c) => b / larger[c]!),
  );
}
