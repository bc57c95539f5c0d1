import * as tf from '@tensorflow/tfjs-core';
import { assert, assertNoOthers, assertNumber, assertOneOf, show } from '../internal/assert.js';
import type { LbfgsBounds, LbfgsOptions } from './types.js';

const where = 'lbfgs';
const lineSearches = ['strong-wolfe', 'none'] as const;
const storages = ['auto', 'list', 'segments'] as const;
const modes = ['penalty', 'clip'] as const;
const usualMaxChange = 0.03;

/** Bounds with their mode; the penalty's weight is only known once there is a gradient. */
export interface Bounds extends LbfgsBounds {
  readonly mode: 'penalty' | 'clip';
}

/** {@link LbfgsOptions} with every default in place. */
export interface Settings extends Required<
  Omit<LbfgsOptions, 'bounds' | 'signal' | 'onStep' | 'initialStep' | 'storage'>
> {
  readonly storage: 'list' | 'segments';
  /** Largest change of a value in a step along the gradient; `undefined` for torch's rule. */
  readonly maxChange: number | undefined;
  readonly bounds: Bounds | undefined;
  readonly signal: AbortSignal | undefined;
}

const limits: Record<string, Parameters<typeof assertNumber>[3]> = {
  historySize: { min: 1, integer: true },
  learningRate: { min: Number.MIN_VALUE },
  maxIterations: { min: 0, integer: true, infinite: true },
  maxEvaluations: { min: 1, integer: true, infinite: true },
  toleranceGrad: { min: 0 },
  toleranceChange: { min: 0 },
  toleranceLoss: { min: 0 },
  patience: { min: 1, integer: true },
  c1: { min: Number.MIN_VALUE, max: 1 },
  c2: { min: Number.MIN_VALUE, max: 1 },
  maxLineSearch: { min: 1, integer: true },
  curvatureEpsilon: { min: 0, max: 1 },
  segmentBytes: { min: 1 },
};
const others = ['lineSearch', 'initialStep', 'bounds', 'storage', 'signal', 'onStep'];

function checkedBounds(bounds: LbfgsBounds): Bounds {
  const { min, max, mode = 'penalty', weight, ...others } = bounds;
  assertNoOthers(`${where}: bounds`, others);
  assertNumber(where, 'bounds.min', min);
  assertNumber(where, 'bounds.max', max);
  assert(min < max, () => `${where}: bounds.min must be less than bounds.max; got ${show(min)} and ${show(max)}`);
  assertOneOf(where, 'bounds.mode', mode, modes);
  if (weight === undefined) return { min, max, mode };
  assertNumber(where, 'bounds.weight', weight, { min: Number.MIN_VALUE });
  assert(mode === 'penalty', () => `${where}: bounds.weight belongs to mode 'penalty'; got mode ${show(mode)}`);
  return { min, max, mode, weight };
}

function maxChangeOf(initialStep: NonNullable<LbfgsOptions['initialStep']>): number | undefined {
  if (initialStep === 'torch') return undefined;
  const { maxChange } = initialStep as { maxChange?: unknown };
  const ok = typeof maxChange === 'number' && maxChange > 0 && maxChange < Infinity;
  assert(
    ok,
    () =>
      `${where}: initialStep must be 'torch' or { maxChange } with a number above 0; got ${show(maxChange ?? initialStep)}`,
  );
  return maxChange;
}

/** Checks every option and puts the defaults in place. */
export function resolveOptions(options: Omit<LbfgsOptions, 'onStep'>): Settings {
  for (const name of Object.keys(options)) {
    const known = [...Object.keys(limits), ...others];
    assert(
      known.includes(name),
      () => `${where}: there is no option ${show(name)}; the options are ${known.join(', ')}`,
    );
  }
  const { bounds, signal, storage = 'auto', lineSearch = 'strong-wolfe' } = options;
  const numbers = {
    historySize: options.historySize ?? 10,
    learningRate: options.learningRate ?? 1,
    maxIterations: options.maxIterations ?? 100,
    maxEvaluations: options.maxEvaluations ?? Infinity,
    toleranceGrad: options.toleranceGrad ?? 0,
    toleranceChange: options.toleranceChange ?? 0,
    toleranceLoss: options.toleranceLoss ?? 0,
    patience: options.patience ?? 3,
    c1: options.c1 ?? 1e-4,
    c2: options.c2 ?? 0.9,
    maxLineSearch: options.maxLineSearch ?? 25,
    curvatureEpsilon: options.curvatureEpsilon ?? 1e-8,
    segmentBytes: options.segmentBytes ?? 64 * 2 ** 20,
  };
  for (const [name, value] of Object.entries(numbers)) assertNumber(where, name, value, limits[name]);
  assert(
    numbers.c1 < numbers.c2 && numbers.c2 < 1,
    () => `${where}: c1 and c2 must satisfy 0 < c1 < c2 < 1; got ${numbers.c1} and ${numbers.c2}`,
  );
  assertOneOf(where, 'lineSearch', lineSearch, lineSearches);
  assertOneOf(where, 'storage', storage, storages);
  assert(
    signal === undefined || typeof (signal as Partial<AbortSignal> | null)?.aborted === 'boolean',
    () => `${where}: signal must be an AbortSignal; got ${show(signal)}`,
  );
  const range = bounds === undefined ? undefined : checkedBounds(bounds);
  const usual = usualMaxChange * (range === undefined ? 1 : range.max - range.min);
  return {
    ...numbers,
    lineSearch,
    storage: storage === 'auto' ? (tf.getBackend().startsWith('webg') ? 'segments' : 'list') : storage,
    maxChange: maxChangeOf(options.initialStep ?? { maxChange: usual }),
    bounds: range,
    signal,
  };
}
