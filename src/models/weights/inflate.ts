import { WeightsError } from '../../errors.js';
import { concatenate } from './concatenate.js';

/** Decompresses raw deflate data that must give exactly `size` bytes; stops as soon as they give more. */
export async function inflate(where: string, compressed: Uint8Array, size: number): Promise<Uint8Array> {
  let stream: DecompressionStream;
  try {
    stream = new DecompressionStream('deflate-raw');
  } catch (error) {
    throw new WeightsError(`${where}: this platform cannot read deflated data (Node before 20.12?)`, { cause: error });
  }
  const writer = stream.writable.getWriter();
  // A fault in the data shows on both ends; it is reported where we read.
  writer.write(new Uint8Array(compressed)).catch(() => undefined);
  writer.close().catch(() => undefined);
  const reader = stream.readable.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { value } = await reader.read();
      if (value === undefined) break;
      length += value.length;
      if (length > size) throw new WeightsError(`${where}: expected ${size} bytes; its compressed data hold more`);
      chunks.push(value);
    }
  } catch (error) {
    reader.cancel().catch(() => undefined);
    if (error instanceof WeightsError) throw error;
    throw new WeightsError(`${where}: expected deflated data; got ${String(error)}`, { cause: error });
  }
  if (length !== size) throw new WeightsError(`${where}: expected ${size} bytes; its compressed data hold ${length}`);
  return concatenate(chunks);
}
