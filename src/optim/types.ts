import type { Tensor } from '@tensorflow/tfjs-core';
import type { LbfgsSnapshot } from './snapshot.js';
import type { LbfgsStatus } from './status.js';

/** How `lbfgs` keeps the values of `x` in a range. */
export interface LbfgsBounds {
  /** The smallest value. */
  readonly min: number;
  /** The largest value. */
  readonly max: number;
  /**
   * `'penalty'` adds `weight / 2 * |x - clip(x)|^2` to what is minimised: smooth, so that L-BFGS keeps its speed, and `x` strays
   * out by very little. `'clip'` evaluates the objective at `clip(x)` and lets no gradient through where `x` is outside: the
   * objective never sees a value out of range, but progress is slower.
   * @defaultValue `'penalty'`
   */
  readonly mode?: 'penalty' | 'clip';
  /**
   * Weight of the penalty, in units of loss per squared value.
   * @defaultValue `10 rms(gradient at the start) / (max - min)`: scaling the loss scales the penalty with it.
   */
  readonly weight?: number;
}

/** How far the first step may go. */
export interface InitialStep {
  /** The largest change of one value. */
  readonly maxChange: number;
}

/** The options of `lbfgs`; `lbfgsSteps` takes the same without `onStep`. */
export interface LbfgsOptions<T extends Tensor = Tensor> {
  /** How many pairs of differences approximate the curvature; two vectors of the size of `x` each. @defaultValue 10 */
  readonly historySize?: number;
  /** `'strong-wolfe'` never accepts a higher loss; `'none'` takes fixed steps, one evaluation each. @defaultValue `'strong-wolfe'` */
  readonly lineSearch?: 'strong-wolfe' | 'none';
  /** The first step length tried in an iteration, and with `lineSearch: 'none'` the only one. @defaultValue 1 */
  readonly learningRate?: number;
  /**
   * The step along the gradient while there is no curvature yet: `maxChange` is the largest change of one value, whatever the
   * scale of the loss; `'torch'` steps by `min(1, 1 / |g|_1)`.
   * @defaultValue `{ maxChange: 0.03 }`, times `max - min` where there are bounds
   */
  readonly initialStep?: 'torch' | InitialStep;
  /** Steps, those of a snapshot included. @defaultValue 100 */
  readonly maxIterations?: number;
  /** Evaluations of the objective, those of a snapshot included; never exceeded. @defaultValue `Infinity` */
  readonly maxEvaluations?: number;
  /** Stop when no component of the gradient is larger. @defaultValue 0 */
  readonly toleranceGrad?: number;
  /** Stop when a step changed no value by more. @defaultValue 0 */
  readonly toleranceChange?: number;
  /** Stop when the loss changed by no more than this fraction of itself, `patience` times in a row; 0 switches it off. @defaultValue 0 */
  readonly toleranceLoss?: number;
  /** See `toleranceLoss`. @defaultValue 3 */
  readonly patience?: number;
  /** Sufficient decrease, `0 < c1 < c2`. @defaultValue 1e-4 */
  readonly c1?: number;
  /** Sufficient flattening, `c1 < c2 < 1`. @defaultValue 0.9 */
  readonly c2?: number;
  /** Evaluations in one line search. @defaultValue 25 */
  readonly maxLineSearch?: number;
  /** A pair of differences s, y is kept if `s.y > curvatureEpsilon |s| |y|`. Relative, hence free of the loss's scale. @defaultValue 1e-8 */
  readonly curvatureEpsilon?: number;
  /** Keeps the values in a range, for instance `{ min: 0, max: 1 }` for an image. @defaultValue none */
  readonly bounds?: LbfgsBounds;
  /**
   * `'list'` keeps each vector of the history in a tensor of its own, `'segments'` many in one, which takes a GPU fewer launches.
   * @defaultValue `'auto'`: segments on webgl and webgpu, a list elsewhere
   */
  readonly storage?: 'auto' | 'list' | 'segments';
  /** Largest segment in bytes. Up to one segment beyond the history is held. @defaultValue 67108864 (64 MiB) */
  readonly segmentBytes?: number;
  /** Ends the run with status `'aborted'` at the next evaluation. */
  readonly signal?: AbortSignal;
  /** Called after each step and waited for. */
  readonly onStep?: (step: LbfgsStep<T>) => void | Promise<void>;
}

/** One accepted step. */
export interface LbfgsStep<T extends Tensor = Tensor> {
  /** Steps so far, from 1. */
  readonly iteration: number;
  /** Evaluations of the objective so far. */
  readonly evaluations: number;
  /** The objective's value. A penalty for bounds is not in it. */
  readonly loss: number;
  /** The largest component of the gradient, of the penalty too where there is one. */
  readonly gradInf: number;
  /** The step length: `x` moved by `step` times the direction. */
  readonly step: number;
  /** The slope at the start of the step along the direction; negative. */
  readonly slope: number;
  /** Pairs of differences in the history. */
  readonly pairs: number;
  /** The summands of the loss by name, where the objective has `partNames`. */
  readonly parts?: Record<string, number>;
  /** The point, within the bounds. Borrowed: it is freed with the next step; clone it to keep it. */
  readonly x: T;
  /** All that `lbfgs` needs to go on from here, as plain data. Call it before the next step. */
  readonly snapshot: () => Promise<LbfgsSnapshot>;
}

/** How a run ended. */
export interface LbfgsResult<T extends Tensor = Tensor> {
  /** The accepted point of lowest loss (penalty included), clipped to the bounds where there are any. The caller owns it. */
  readonly x: T;
  /**
   * The objective's value at that point before clipping, without the penalty; with `mode: 'clip'` there is no difference.
   * `Infinity` if the objective was never evaluated, or was not finite at the start.
   */
  readonly loss: number;
  /** The largest component of the gradient there, of the penalty too where there is one. */
  readonly gradInf: number;
  /** Why the run ended. */
  readonly status: LbfgsStatus;
  /** The status in a sentence, with advice. */
  readonly message: string;
  /** Whether a tolerance was met. */
  readonly converged: boolean;
  /** Steps accepted. */
  readonly iterations: number;
  /** Evaluations of the objective: one readback each. */
  readonly evaluations: number;
  /** How often the history was dropped. */
  readonly resets: number;
  /** Steps without positive curvature, from which nothing was learnt. */
  readonly skippedPairs: number;
  /** The loss at the start and after each step. */
  readonly lossHistory: readonly number[];
  /** The summands of `loss` by name, where the objective has `partNames`. */
  readonly parts?: Record<string, number>;
}
