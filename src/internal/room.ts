import * as tf from '@tensorflow/tfjs-core';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { DeviceError } from '../errors.js';
import type { BackendWithDevice } from './device.js';

/* What a backend can hold. None of them says so in time: webgpu computes with buffers that were never made, and wasm, once its
   memory has ended, writes its results over whatever stands at address 0. Both return numbers that mean nothing. */

/** WebAssembly addresses 4 GiB. The last part is left to what the backend packs and to gaps. */
const wasmHeapBytes = 3.5 * 2 ** 30;

/** Largest sizes of the active backend; absent where nothing is known. */
export interface Room {
  /** Bytes of one tensor. */
  readonly tensorBytes?: number;
  /** Bytes of all tensors together. */
  readonly totalBytes?: number;
  /** Side of a WebGL texture. */
  readonly textureSide?: number;
}

/** What the active backend can hold. */
export function roomOfBackend(): Room {
  const backend = tf.getBackend();
  if (backend === 'wasm') return { totalBytes: wasmHeapBytes };
  if (backend === 'webgl') {
    const textureSide = tf.env().getNumber('WEBGL_MAX_TEXTURE_SIZE');
    return { textureSide, tensorBytes: 4 * textureSide ** 2 };
  }
  const { device } = tf.backend() as BackendWithDevice;
  if (device === undefined) return {};
  return { tensorBytes: Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize) };
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;
const remedy =
  'Use a smaller picture, smaller tiles (tileSize of universalStyleTransfer), layers that are less deep, or another backend';

function assertRoom(what: string, bytes: number, limit = Infinity): void {
  const backend = tf.getBackend();
  if (bytes > limit)
    throw new DeviceError(
      `${what} needs ${megabytes(bytes)} in one piece; ${backend} here holds ${megabytes(limit)}. ${remedy}`,
    );
  const { totalBytes } = roomOfBackend();
  if (totalBytes === undefined) return;
  const taken = tf.memory().numBytes;
  if (bytes + taken > totalBytes)
    throw new DeviceError(
      `${what} needs ${megabytes(bytes)} beside the ${megabytes(taken)} in use; ${backend} holds ${megabytes(totalBytes)}. ${remedy}`,
    );
}

/** Refuses a convolution of `[b, h, w, in]` by a kernel `[k, k, in, out]` that the backend cannot hold. */
export function assertRoomForConv([b, h, w, input]: Tensor4D['shape'], kernel: Tensor4D['shape']): void {
  const [height, width, , output] = kernel;
  const { tensorBytes, textureSide } = roomOfBackend();
  const what = `A convolution of [${[b, h, w, input].join(', ')}] to ${output} channels`;
  assertRoom(what, 4 * b * h * w * Math.max(input, output), tensorBytes);
  // The webgl backend lays out all windows of the input, four numbers to a texel.
  if (textureSide !== undefined && height * width > 1)
    assertRoom(`${what} on webgl`, 4 * b * h * w * input * height * width, 16 * textureSide ** 2);
}
