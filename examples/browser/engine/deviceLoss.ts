import * as tf from '@tensorflow/tfjs-core';

/** What the backends of TensorFlow.js let see of their devices. */
interface BackendWithDevice {
  readonly gpgpu?: { readonly gl: WebGL2RenderingContext };
  readonly device?: { readonly lost: Promise<unknown> };
}

/**
 * Calls back when the active backend loses its graphics card: its driver was restarted, or the system took it from a page in the
 * background. Computations of TensorFlow.js may then never end.
 */
export function onDeviceLoss(callback: () => void): void {
  const { gpgpu, device } = tf.backend() as BackendWithDevice;
  gpgpu?.gl.canvas.addEventListener('webglcontextlost', callback, { once: true });
  void device?.lost.then(callback);
}
