import * as tf from '@tensorflow/tfjs-core';
import { DeviceError } from '../errors.js';
import { breathe } from './breathe.js';

/* A GPU can be lost at any moment: the driver resets it, the system takes it from a page in the background. TensorFlow.js does not
   notice. Its webgl backend then waits for ever for numbers, and its webgpu backend rejects with whatever the browser says. */

/** What the backends of TensorFlow.js let see of their devices. */
export interface BackendWithDevice {
  readonly gpgpu?: { readonly gl: WebGL2RenderingContext };
  readonly device?: {
    readonly lost: Promise<unknown>;
    readonly limits: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
  };
}

/** A GPU that can be lost. */
export interface Device {
  readonly isLost: () => boolean;
  /** Calls back once, when it is lost. Returns how to take that back. */
  readonly onLoss: (callback: () => void) => () => void;
}

const devices = new WeakMap<object, Device>();

function watched(key: object, isLost: () => boolean, listen: (lost: () => void) => void): Device {
  const callbacks = new Set<() => void>();
  let seen = false;
  listen(() => {
    seen = true;
    for (const callback of callbacks) callback();
    callbacks.clear();
  });
  const device: Device = {
    isLost: () => seen || isLost(),
    onLoss(callback) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };
  devices.set(key, device);
  return device;
}

/** The GPU of the active backend; none on cpu and wasm. */
export function activeDevice(): Device | undefined {
  const { gpgpu, device } = tf.backend() as BackendWithDevice;
  const gl = gpgpu?.gl;
  const key = gl ?? device;
  if (key === undefined) return undefined;
  const known = devices.get(key);
  if (known !== undefined) return known;
  if (gl !== undefined) {
    const listen = (lost: () => void): void => gl.canvas.addEventListener('webglcontextlost', lost, { once: true });
    return watched(gl, () => gl.isContextLost(), listen);
  }
  return watched(
    key,
    () => false,
    (lost) => void device!.lost.then(lost),
  );
}

/** Whether a failure is due to the loss of a device. The browser may report the failure first: waits so many milliseconds. */
export async function isLossOf(device: Device | undefined, patience = 0): Promise<boolean> {
  if (device === undefined || device.isLost()) return device !== undefined;
  await breathe();
  if (patience > 0 && !device.isLost())
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience);
      device.onLoss(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  return device.isLost();
}

/** What is thrown where nothing can be saved. */
export const lossError = (where: string, cause?: unknown): DeviceError =>
  new DeviceError(
    `${where}: the GPU was lost (${tf.getBackend()}: reset by its driver, or taken from a page in the background), and with it ` +
      `all tensors. Start the backend again and load the weights again, or use tf.setBackend('wasm')`,
    cause === undefined ? {} : { cause },
  );
