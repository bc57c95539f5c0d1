import { expect } from 'vitest';
import { WeightsError } from '../../../src/errors.js';
import type { KernelLayout, WeightSource } from '../../../src/models/weights/index.js';

/** A safetensors file written by hand: any header, any data. */
export function rawSafetensors(
  header: unknown,
  data: Uint8Array = new Uint8Array(0),
  headerLength?: number,
): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** A source over arrays in memory. */
export function memorySource(
  arrays: Record<string, { shape: number[]; values: number[] }>,
  kernelLayout: KernelLayout = 'OIHW',
): WeightSource {
  return {
    kernelLayout,
    description: 'memory',
    entries: () =>
      Promise.resolve(new Map(Object.entries(arrays).map(([name, { shape }]) => [name, { shape, dtype: 'F32' }]))),
    read: (name) => Promise.resolve({ shape: arrays[name]!.shape, values: Float32Array.from(arrays[name]!.values) }),
  };
}

/** Asserts that `run` rejects with a WeightsError whose text matches every pattern. */
export async function expectWeightsError(run: () => Promise<unknown>, ...patterns: RegExp[]): Promise<void> {
  const error = await run().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WeightsError);
  for (const pattern of patterns) expect((error as WeightsError).message).toMatch(pattern);
}
