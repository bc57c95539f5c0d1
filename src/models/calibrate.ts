import type { Pooling } from '../internal/kernels/pool.js';
import { randomNumbers } from '../internal/randomNumbers.js';

/* A small convolutional network on the host, in float64: weights that are calibrated with it are the same on every backend. */

/** A feature map, `values[(y * size + x) * channels + c]`. */
interface Picture {
  readonly size: number;
  readonly channels: number;
  readonly values: Float64Array;
}

/** The mean or the maximum of 2x2 windows. */
export function pooled({ size, channels, values }: Picture, pooling: Pooling): Picture {
  const half = size >> 1;
  const result = new Float64Array(half * half * channels).fill(pooling === 'max' ? -Infinity : 0);
  for (let y = 0; y < 2 * half; y++)
    for (let x = 0; x < 2 * half; x++)
      for (let c = 0; c < channels; c++) {
        const to = ((y >> 1) * half + (x >> 1)) * channels + c;
        const value = values[(y * size + x) * channels + c]!;
        result[to] = pooling === 'max' ? Math.max(result[to]!, value) : result[to]! + value / 4;
      }
  return { size: half, channels, values: result };
}

/** Two pictures of 64x64 pixels: sums of random waves around a colour, from broad to fine. */
export function calibrationPictures(seed: number): Picture[] {
  const { uniform } = randomNumbers(seed ^ 0x5bd1e995);
  const size = 64;
  return [0, 1].map(() => {
    const values = new Float64Array(size * size * 3).fill(0.5);
    for (let wave = 0; wave < 24; wave++) {
      const frequency = 0.5 * 1.25 ** wave;
      const angle = 2 * Math.PI * uniform();
      const phase = 2 * Math.PI * uniform();
      const color = [uniform(), uniform(), uniform()].map((u) => (0.5 * (u - 0.3)) / Math.sqrt(1 + wave));
      for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
          const along = (x * Math.cos(angle) + y * Math.sin(angle)) / size;
          const height = Math.sin(2 * Math.PI * frequency * along + phase);
          for (let c = 0; c < 3; c++) values[(y * size + x) * 3 + c]! += color[c]! * height;
        }
    }
    return { size, channels: 3, values: values.map((v) => Math.min(1, Math.max(0, v))) };
  });
}

/**
 * Scales the filters of a 3x3 convolution in place, and returns the bias, so that over all pictures every output channel has
 * mean 0 and deviation 1; also the outputs after relu.
 */
export function calibrate(
  pictures: readonly Picture[],
  kernel: Float32Array,
  channels: number,
): { bias: Float32Array; outputs: Picture[] } {
  const raw = pictures.map((input) => convolve(input, kernel, channels));
  const bias = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    let [count, sum, squares] = [0, 0, 0];
    for (const { values } of raw)
      for (let i = c; i < values.length; i += channels) {
        count += 1;
        sum += values[i]!;
        squares += values[i]! ** 2;
      }
    const mean = sum / count;
    const deviation = Math.sqrt(Math.max(squares / count - mean ** 2, 1e-12));
    bias[c] = -mean / deviation;
    for (let i = c; i < kernel.length; i += channels) kernel[i]! /= deviation;
    for (const { values } of raw)
      for (let i = c; i < values.length; i += channels) values[i] = Math.max(0, (values[i]! - mean) / deviation);
  }
  return { bias, outputs: raw };
}

/** A 3x3 convolution with zero padding; `kernel` is `[3, 3, in, out]`. */
function convolve({ size, channels, values }: Picture, kernel: Float32Array, outputs: number): Picture {
  const result = new Float64Array(size * size * outputs);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const to = (y * size + x) * outputs;
      for (let tap = 0; tap < 9; tap++) {
        const [sourceY, sourceX] = [y + Math.floor(tap / 3) - 1, x + (tap % 3) - 1];
        if (sourceY < 0 || sourceX < 0 || sourceY >= size || sourceX >= size) continue;
        const from = (sourceY * size + sourceX) * channels;
        for (let i = 0; i < channels; i++) {
          const value = values[from + i]!;
          const row = (tap * channels + i) * outputs;
          for (let o = 0; o < outputs; o++) result[to + o]! += value * kernel[row + o]!;
        }
      }
    }
  return { size, channels: outputs, values: result };
}
