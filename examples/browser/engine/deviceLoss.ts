import * as tf from '@tensorflow/tfjs-core';
import { probeBackend } from 'pastiche';

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

/** Whether the active backend has lost its graphics card: whatever fails then (a shader, say), fails for that. */
export const deviceIsLost = (): Promise<boolean> =>
  probeBackend().then(
    ({ lost }) => lost,
    () => false,
  );
