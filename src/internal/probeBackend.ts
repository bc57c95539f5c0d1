import * as tf from '@tensorflow/tfjs-core';
import { activeDevice, isLossOf } from './device.js';
import { missingKernels } from './kernelNames.js';
import { storesHalfFloats, tooCoarse } from './precision.js';
import { readBack } from './readBack.js';
import { type Room, roomOfBackend } from './room.js';

/** Something that a backend can or cannot do. */
export interface Capability {
  /** Whether it can be done. */
  readonly available: boolean;
  /** The kernels of TensorFlow.js that it needs and the backend lacks. */
  readonly missingKernels: readonly string[];
  /** Why not, in a sentence, where it cannot be done. */
  readonly reason?: string;
}

/** What {@link probeBackend} finds. Plain data. */
export interface BackendProbe {
  /** The active backend, as TensorFlow.js calls it. */
  readonly backend: string;
  /** Running networks and decoders, Gram matrices, affine maps. */
  readonly forward: Capability;
  /** Losses and their gradients with respect to pictures; L-BFGS, statistics of features. */
  readonly imageGradient: Capability;
  /** Gradients with respect to filters by this library: `trainDecoder`, `distillEncoder`. */
  readonly filterGradient: Capability;
  /** Gradients with respect to filters by the tape, `tf.grad` and `tf.variableGrads`: training of one's own. */
  readonly tapeFilterGradient: Capability;
  /** Whether numbers keep 24 bits on the way through the backend. Measured. */
  readonly float32: boolean;
  /** Whether the GPU was lost; nothing else can be measured then, see `restartBackend`. */
  readonly lost: boolean;
  /** Threads of the wasm backend. */
  readonly threads?: number;
  /** Side of the largest WebGL texture. */
  readonly textureSide?: number;
  /** Bytes of the largest tensor, where the device sets a limit. */
  readonly tensorBytes?: number;
  /** Bytes of all tensors together, where there is a limit: the memory of WebAssembly. */
  readonly totalBytes?: number;
}

/** Whether `1 + 2^-20` survives a sum on the device; half floats and their like round it to 1. */
async function keepsFloat32(): Promise<boolean> {
  // More than a backend would compute on the host instead.
  const sum = tf.tidy(() => tf.add(tf.fill([32, 32], 2 ** -20), tf.ones([32, 32])));
  try {
    return (await readBack('probeBackend', sum)).every((value) => value === 1 + 2 ** -20);
  } finally {
    sum.dispose();
  }
}

/** Measures, where there is a GPU that may be lost on the way. */
async function measured(): Promise<Pick<BackendProbe, 'float32' | 'lost'>> {
  const device = activeDevice();
  if (device?.isLost() === true) return { float32: false, lost: true };
  try {
    return { float32: await keepsFloat32(), lost: false };
  } catch (error) {
    // The browser may report what fails for the loss before it reports the loss.
    if (!(await isLossOf(device, 10_000))) throw error;
    return { float32: false, lost: true };
  }
}

function capability(missing: readonly string[], tooCoarseFor?: string): Capability {
  if (missing.length > 0) {
    const kernels = missing.length === 1 ? `the kernel ${missing[0]!}` : `the kernels ${missing.join(', ')}`;
    return { available: false, missingKernels: missing, reason: `The ${tf.getBackend()} backend lacks ${kernels}` };
  }
  if (tooCoarseFor !== undefined && storesHalfFloats())
    return { available: false, missingKernels: [], reason: tooCoarse(tooCoarseFor) };
  return { available: true, missingKernels: [] };
}

function threadsOf(): Pick<BackendProbe, 'threads'> {
  const { wasm } = tf.backend() as { wasm?: { tfjs: { getThreadsCount(): number } } };
  return wasm === undefined ? {} : { threads: wasm.tfjs.getThreadsCount() };
}

/**
 * What the active backend can do here, and how much it can hold: to choose between backends before any work, or to say what is
 * wrong. Reads back one small tensor.
 *
 * @returns plain data
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { probeBackend } from 'pastiche';
 *
 * const { backend, imageGradient, float32 } = await probeBackend();
 * console.log([backend, imageGradient.available, float32]); // => ['cpu', true, true]
 * ```
 */
export async function probeBackend(): Promise<BackendProbe> {
  await tf.ready();
  const room: Room = roomOfBackend();
  return {
    backend: tf.getBackend(),
    forward: capability(missingKernels('forward')),
    imageGradient: capability(missingKernels('imageGradient'), 'gradients and statistics'),
    filterGradient: capability(missingKernels('filterGradient'), 'training'),
    tapeFilterGradient: capability(missingKernels('tapeFilterGradient'), 'training'),
    ...(await measured()),
    ...threadsOf(),
    ...room,
  };
}
