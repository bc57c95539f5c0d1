import type { Tensor } from '@tensorflow/tfjs-core';
import { DeviceError } from '../errors.js';
import { breathe } from './breathe.js';
import { activeDevice, isLossOf, lossError } from './device.js';

/**
 * The numbers of a tensor, like `data()`, but a DeviceError where the GPU is lost before they are here. Every readback of this
 * library goes through it.
 */
export async function readBack(where: string, tensor: Tensor): Promise<Float32Array> {
  const device = activeDevice();
  if (device === undefined) return tensor.data<'float32'>();
  const wasLost = device.isLost();
  let forget = (): unknown => undefined;
  const loss = new Promise<never>((_, reject) => {
    const fail = (): void => reject(lossError(where));
    // What lies on the host already can still be read: that takes no more than a moment.
    if (wasLost) void breathe().then(fail);
    else forget = device.onLoss(fail);
  });
  try {
    const values = await Promise.race([tensor.data<'float32'>(), loss]);
    // Between the last sign of life and the copy, the numbers may have become zeros.
    if (!wasLost && device.isLost()) throw lossError(where);
    return values;
  } catch (error) {
    if (error instanceof DeviceError || !(await isLossOf(device, 10_000))) throw error;
    throw lossError(where, error);
  } finally {
    forget();
  }
}
