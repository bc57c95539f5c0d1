import { WeightsError } from '../../errors.js';
import { isRecord } from '../../internal/isRecord.js';
import { assert } from '../../internal/assert.js';
import { DTYPE_BYTES } from './dtypes.js';
import { elements, isShape, showData } from './shape.js';
import type { WeightEntry } from './source.js';

/** An array and where its bytes stand, counted from the end of the header. */
export interface SafetensorsEntry extends WeightEntry {
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly arrays: ReadonlyMap<string, SafetensorsEntry>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The keys of the outermost object of valid JSON text, duplicates included (`JSON.parse` drops them silently). */
function* outerKeys(json: string): Generator<string> {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const c = json[i]!;
    if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
    else if (c === '"') {
      const start = i;
      for (i++; json[i] !== '"'; i++) if (json[i] === '\\') i++;
      if (depth !== 1) continue;
      let next = i + 1;
      while (' \t\n\r'.includes(json[next]!)) next++;
      if (json[next] === ':') yield JSON.parse(json.slice(start, i + 1)) as string;
    }
  }
}

/** Parses and checks the JSON header of a safetensors file whose data are `dataBytes` long. */
export function parseSafetensorsHeader(where: string, bytes: Uint8Array, dataBytes: number): SafetensorsHeader {
  const check = (holds: boolean, message: () => string): void =>
    assert(holds, () => `${where}: ${message()}`, WeightsError);
  let json: string;
  let header: unknown;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    header = JSON.parse(json);
  } catch (error) {
    throw new WeightsError(`${where}: expected a header in JSON; got ${String(error)}`, { cause: error });
  }
  if (!isRecord(header)) throw new WeightsError(`${where}: expected a JSON object as header; got ${showData(header)}`);

  const seen = new Set<string>();
  for (const key of outerKeys(json)) {
    check(!seen.has(key), () => `expected every name once; got ${showData(key)} twice`);
    seen.add(key);
  }
  const arrays = new Map<string, SafetensorsEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      check(
        isRecord(value) && Object.values(value).every((text) => typeof text === 'string'),
        () => `expected __metadata__ to hold strings; got ${showData(value)}`,
      );
      metadata = value as Record<string, string>;
    } else arrays.set(name, entry(name, value));
  }

  function entry(name: string, value: unknown): SafetensorsEntry {
    const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
    if (typeof dtype !== 'string')
      throw new WeightsError(`${where}: array ${showData(name)}: expected a dtype; got ${showData(dtype)}`);
    if (!isShape(shape))
      throw new WeightsError(`${where}: array ${showData(name)}: expected a shape; got ${showData(shape)}`);
    const pair = isShape(offsets) && offsets.length === 2 ? offsets : [1, 0];
    const [begin, end] = pair as [number, number];
    check(
      begin <= end && end <= dataBytes,
      () => `array ${showData(name)}: expected data_offsets within 0..${dataBytes}; got ${showData(offsets)}`,
    );
    const size = Object.hasOwn(DTYPE_BYTES, dtype) ? elements(shape) * DTYPE_BYTES[dtype]! : end - begin;
    check(
      end - begin === size,
      () => `array ${showData(name)}: expected ${size} bytes for ${dtype} ${showData(shape)}; got ${end - begin}`,
    );
    return { dtype, shape, begin, end };
  }

  // The format allows no overlap and no hole: what is not an array has no place in the file.
  let at = 0;
  for (const [name, { begin, end }] of [...arrays].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    check(
      begin === at,
      () => `array ${showData(name)}: expected its data at ${at}, after the one before; got ${begin}`,
    );
    at = end;
  }
  check(at === dataBytes, () => `expected ${at} bytes of data; got ${dataBytes} (truncated, or something appended?)`);
  return { arrays, metadata };
}
