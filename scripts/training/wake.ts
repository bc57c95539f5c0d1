import { ownedTensors } from '../../src/internal/ownedTensors.js';
import type { Image, NamedWeights } from '../../src/index.js';
import { scaleKernel } from '../../src/models/training/foldStudent.js';
import { findConvolution, namedConvolution } from '../../src/models/training/namedWeights.js';
import { secondMoments } from '../../src/models/training/secondMoments.js';
import { studentConvolutions } from '../../src/models/training/studentLayers.js';

/** The deepest layer: nothing but decoders follows it, and these are trained later. */
const deepest = 'conv5_1';
const channels = [16, 32, 64, 128, 128];
/** From which sizes are measured. */
const batches = 16;

/**
 * Raises the offsets of the deepest layer by `lift`, in units of each channel's size, and scales its channels to unit second moment
 * again. In a plain picture (a tower before the sky) a few channels of 128 have nothing to say; then no covariance has full rank.
 */
export async function wake(weights: NamedWeights, lift: number, drawBatch: (step: number) => Promise<Image>) {
  const owned = ownedTensors();
  try {
    const convolutions = new Map(
      studentConvolutions(channels).map(({ layer, input, output }) => [
        layer,
        findConvolution('wake', weights, `encoder.${layer}`, input, output),
      ]),
    );
    const sizes = async () => (await secondMoments(convolutions, channels, drawBatch, batches, owned)).get(deepest)!;
    const before = await sizes();
    const asleep = convolutions.get(deepest)!;
    const awake = { ...asleep, bias: asleep.bias.map((b, c) => b + lift * before[c]!) };
    convolutions.set(deepest, awake);
    const after = await sizes();
    const unit = scaleKernel(
      awake,
      undefined,
      after.map((size) => 1 / size),
    );
    return { ...weights, ...namedConvolution(`encoder.${deepest}`, unit) };
  } finally {
    owned.disposeAll();
  }
}
