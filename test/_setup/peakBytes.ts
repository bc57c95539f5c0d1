import * as tf from '@tensorflow/tfjs-core';

/** The most bytes of tensors alive at once during `work`, above those alive before, as `tf.memory().numBytes` counts them. */
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
