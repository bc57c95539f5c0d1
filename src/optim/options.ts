import * as tf from '@tensorflow/tfjs-core';
import { assert, assertNumber, assertOneOf, show } from '../internal/assert.js';
import { type Bounds, checkedBounds } from './bounds.js';
import type { LbfgsOptions } from './types.js';

const where = 'lbfgs';
const lineSearches = ['strong-wolfe', 'none'] as const;
const storages = ['auto', 'list', 'segments'] as const;
const usualMaxChange = 0.03;

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

/** The options that are numbers: default and limits. */
const numbers = {
  historySize: { usual: 10, min: 1, integer: true },
  learningRate: { usual: 1, min: Number.MIN_VALUE },
  maxIterations: { usual: 100, min: 0, integer: true, infinite: true },
  maxEvaluations: { usual: Infinity, min: 1, integer: true, infinite: true },
  toleranceGrad: { usual: 0, min: 0 },
  toleranceChange: { usual: 0, min: 0 },
  toleranceLoss: { usual: 0, min: 0 },
  patience: { usual: 3, min: 1, integer: true },
  c1: { usual: 1e-4 },
  c2: { usual: 0.9 },
  maxLineSearch: { usual: 25, min: 1, integer: true },
  curvatureEpsilon: { usual: 1e-8, min: 0, max: 1 },
  segmentBytes: { usual: 64 * 2 ** 20, min: 1 },
};
type NumberName = keyof typeof numbers;
const otherNames = ['lineSearch', 'initialStep', 'bounds', 'storage', 'signal', 'onStep'];

function assertNames(options: object): void {
  const known = [...Object.keys(numbers), ...otherNames];
  for (const name of Object.keys(options))
    assert(
      known.includes(name),
      () => `${where}: there is no option ${show(name)}; the options are ${known.join(', ')}`,
    );
}

function resolveNumbers(options: Partial<Record<NumberName, number>>): Record<NumberName, number> {
  const resolved = Object.entries(numbers).map(([name, { usual, ...limits }]) => {
    const value = options[name as NumberName] ?? usual;
    assertNumber(where, name, value, limits);
    return [name, value];
  });
  return Object.fromEntries(resolved) as Record<NumberName, number>;
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
  assertNames(options);
  const { bounds, signal, storage = 'auto', lineSearch = 'strong-wolfe' } = options;
  const resolved = resolveNumbers(options);
  const { c1, c2 } = resolved;
  assert(0 < c1 && c1 < c2 && c2 < 1, () => `${where}: c1 and c2 must satisfy 0 < c1 < c2 < 1; got ${c1} and ${c2}`);
  assertOneOf(where, 'lineSearch', lineSearch, lineSearches);
  assertOneOf(where, 'storage', storage, storages);
  assert(
    signal === undefined || typeof (signal as Partial<AbortSignal> | null)?.aborted === 'boolean',
    () => `${where}: signal must be an AbortSignal; got ${show(signal)}`,
  );
  const range = bounds === undefined ? undefined : checkedBounds(bounds);
  const usual = usualMaxChange * (range === undefined ? 1 : range.max - range.min);
  return {
    ...resolved,
    lineSearch,
    storage: storage === 'auto' ? (tf.getBackend().startsWith('webg') ? 'segments' : 'list') : storage,
    maxChange: maxChangeOf(options.initialStep ?? { maxChange: usual }),
    bounds: range,
    signal,
  };
}
