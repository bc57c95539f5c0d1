import * as tf from '@tensorflow/tfjs-core';
import type { Sample } from './types.js';

/** Milliseconds since the process began: wall time, and the CPU time of all threads. */
export function spent(): Pick<Sample, 'wall' | 'cpu'> {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1000 };
}

/** What `work` takes. On wasm all work is done when a call returns. */
export async function timed<T>(work: () => T): Promise<Sample & { readonly result: Awaited<T> }> {
  const before = spent();
  const result = await work();
  const after = spent();
  return { wall: after.wall - before.wall, cpu: after.cpu - before.cpu, result };
}

/** The most bytes of tensors alive at once during `work`, above those alive before. */
export async function peakBytes(work: () => unknown): Promise<number> {
  const engine = tf.engine();
  const track = engine.trackTensor.bind(engine);
  const before = engine.state.numBytes;
  let peak = before;
  engine.trackTensor = (tensor, backend) => {
    track(tensor, backend);
    peak = Math.max(peak, engine.state.numBytes);
  };
  try {
    await work();
  } finally {
    engine.trackTensor = track;
  }
  return peak - before;
}
