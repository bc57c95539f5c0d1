const tagOf = (value: unknown): string => Object.prototype.toString.call(value);

/**
 * The bytes that a Uint8Array or an ArrayBuffer holds; of anything else, none. Those of another realm (a frame, Node's vm, Jest)
 * are bytes too, although `instanceof` denies it.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (tagOf(value) === '[object Uint8Array]') return value as Uint8Array;
  return tagOf(value) === '[object ArrayBuffer]' ? new Uint8Array(value as ArrayBuffer) : undefined;
}
