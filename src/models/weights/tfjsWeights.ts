import { WeightsError } from '../../errors.js';
import { isRecord } from '../../internal/isRecord.js';
import { toFloat32 } from './dtypes.js';
import { elements, isShape, showData } from './shape.js';
import type { WeightEntry } from './source.js';

/** TensorFlow.js types by safetensors names. */
const DTYPES: Readonly<Record<string, { code: string; bytes: number }>> = {
  float32: { code: 'F32', bytes: 4 },
  float16: { code: 'F16', bytes: 2 },
  int32: { code: 'I32', bytes: 4 },
  uint16: { code: 'U16', bytes: 2 },
  uint8: { code: 'U8', bytes: 1 },
  bool: { code: 'BOOL', bytes: 1 },
};

/** An array of a manifest: where its bytes stand among those of its group, and how to make numbers of them. */
export interface TfjsWeight extends WeightEntry {
  readonly group: number;
  readonly begin: number;
  readonly end: number;
  readonly decode: (bytes: Uint8Array) => Float32Array;
}

export interface TfjsGroup {
  readonly paths: readonly string[];
  /** The bytes of all its arrays. */
  readonly bytes: number;
}

/** A relative path that stays below the folder of the model. */
const isShardPath = (path: unknown): path is string =>
  typeof path === 'string' && /^[^/\\:?#][^\\:?#]*$/.test(path) && !path.split('/').includes('..');

/** Reads the `weightsManifest` of a model.json. */
export function parseWeightsManifest(where: string, model: unknown) {
  const fail = (expected: string, got: unknown): never => {
    throw new WeightsError(`${where}: expected ${expected}; got ${showData(got)}`);
  };
  const manifest = isRecord(model) ? model['weightsManifest'] : undefined;
  if (!Array.isArray(manifest)) return fail('a model.json with a weightsManifest', model);
  const weights = new Map<string, TfjsWeight>();

  const groups = manifest.map((group: unknown, index): TfjsGroup => {
    const { paths, weights: specs } = isRecord(group) ? group : {};
    if (!Array.isArray(paths) || !paths.every(isShardPath))
      return fail('paths of shards relative to the model.json', paths);
    if (!Array.isArray(specs)) return fail('a list of weights', specs);
    let at = 0;
    for (const spec of specs as unknown[]) {
      const { name, shape, dtype, quantization } = isRecord(spec) ? spec : {};
      if (typeof name !== 'string' || weights.has(name)) return fail('each weight to have a name of its own', name);
      if (!isShape(shape)) return fail(`a shape for ${showData(name)}`, shape);
      const stored = isRecord(quantization) ? quantization['dtype'] : dtype;
      if (typeof stored !== 'string' || !Object.hasOwn(DTYPES, stored))
        return fail(`${showData(name)} to be one of ${Object.keys(DTYPES).join(', ')}`, stored);
      const begin = at;
      at += elements(shape) * DTYPES[stored]!.bytes;
      const affine = stored === 'float16' || !isRecord(quantization) ? undefined : quantization;
      const { scale = 1, min = 0 } = affine ?? {};
      if (!Number.isFinite(scale) || !Number.isFinite(min))
        return fail(`a scale and min for ${showData(name)}`, [scale, min]);
      const decode = (bytes: Uint8Array): Float32Array => {
        const values = toFloat32(DTYPES[stored]!.code, bytes)!;
        return affine ? values.map((q) => q * (scale as number) + (min as number)) : values;
      };
      weights.set(name, { shape, dtype: stored, group: index, begin, end: at, decode });
    }
    return { paths, bytes: at };
  });
  return { groups, weights };
}
