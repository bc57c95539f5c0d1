import * as tf from '@tensorflow/tfjs-core';
import type { Sample } from './types.js';

/** Wall and CPU time of `work` in milliseconds. On wasm all work is done when a call returns; CPU time is that of all threads. */
export async function timed<T>(work: () => T): Promise<Sample & { readonly result: Awaited<T> }> {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - begun, cpu: (user + system) / 1000, result };
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
