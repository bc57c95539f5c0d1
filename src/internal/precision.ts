import * as tf from '@tensorflow/tfjs-core';
import { DeviceError } from '../errors.js';

/**
 * Whether the active backend stores 16-bit floats: a WebGL that cannot render others. They end at 65504 and have 11 bits.
 * `tf.backend().floatPrecision()` does not tell: it says 16 where 32 bits are in use.
 */
export const storesHalfFloats = (): boolean =>
  tf.getBackend() === 'webgl' && !tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED');

/** Why something cannot be computed with 16-bit floats, and what to do. */
export const tooCoarse = (what: string): string =>
  `WebGL renders only 16-bit floats here, too coarse for ${what}. ` + "Use tf.setBackend('wasm') or 'webgpu'";

/** Refuses what needs 32-bit floats: `what` is too fine for half floats. */
export function assertFloat32(where: string, what: string): void {
  if (storesHalfFloats()) throw new DeviceError(`${where}: ${tooCoarse(what)}`);
}
