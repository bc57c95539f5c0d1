import * as tf from '@tensorflow/tfjs-core';

/** Wall and CPU time of `work` in milliseconds. On wasm without threads all work is done when the call returns. */
export function timed(work: () => void): { wall: number; cpu: number } {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - begun, cpu: (user + system) / 1000 };
}

/** The most bytes of tensors alive at once during `work`, above those alive before. */
export async function peakBytes(work: () => void | Promise<void>): Promise<number> {
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

/** The middle one of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/** `median (least..most)` in whole milliseconds. */
export const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)}..${Math.max(...values).toFixed(0)})`;
