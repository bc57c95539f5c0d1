import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { rowDots, stepSumNames, stepSums } from '../internal/kernels/vectors.js';
import { readBack } from '../internal/readBack.js';
import { evaluateObjective } from './objective.js';
import { pack } from './readback.js';
import type { Run } from './run.js';

/** What is known of a point as numbers. Plain data. */
export interface PointNumbers {
  /** The objective alone. */
  readonly loss: number;
  /** What is minimised: the loss and the penalty. */
  readonly total: number;
  /** `|g|_inf`; g is the gradient of `total`. */
  readonly gradInf: number;
  /** `|g|_1`. */
  readonly gradAbsSum: number;
  /** `g . g`. */
  readonly gradSquared: number;
  readonly parts: readonly number[];
}

/** A point and its gradient, `[rows, columns]`, owned, its numbers, and those of the step that led there. */
export interface Evaluation {
  readonly x: Tensor2D;
  readonly gradient: Tensor2D;
  /** The gradient's change since the point before; none at the start. */
  readonly gradDiff?: Tensor2D | undefined;
  readonly numbers: PointNumbers;
  readonly step: StepNumbers;
  /** For {@link History.read}. */
  readonly history: readonly number[];
}

/** What is known of a step along a direction. */
export interface StepNumbers extends Record<(typeof stepSumNames)[number], number> {
  readonly directionInf: number;
}

/** Evaluates the objective at `x`, which stays, and reads all scalars of the evaluation back at once. At the start, without direction. */
export async function evaluate<T extends Tensor>(
  { objective, layout, owned, settings, progress, history, vectors }: Run<T>,
  x: Tensor2D,
  direction?: Tensor2D,
): Promise<Evaluation> {
  const { penaltyWeight } = progress;
  const shaped = owned.own(layout.fromRows(x)) as T;
  const { value, grad, parts, excess } = evaluateObjective(objective, shaped, settings.bounds, penaltyWeight, owned);
  const gradient = owned.own(layout.toRows(grad));
  owned.dispose(shaped, grad);
  let gradDiff: Tensor2D | undefined;
  const { tensor, unpack } = pack<'step' | 'history' | 'excessSquared' | 'loss' | 'maxima' | 'parts'>(
    layout.rows,
    () => {
      const outside = excess === undefined ? undefined : layout.toRows(excess);
      const before = direction === undefined ? gradient : vectors.gradient;
      const { sums, maxima, gradDiff: change } = stepSums(direction ?? gradient, gradient, before);
      if (direction !== undefined) gradDiff = owned.own(change);
      return {
        sums: {
          step: sums,
          history: direction === undefined ? undefined : history.products(gradient, change),
          excessSquared: outside === undefined ? undefined : rowDots([outside], outside),
        },
        values: { loss: value, maxima, parts },
      };
    },
  );
  owned.own(tensor);
  owned.dispose(value, parts, excess);
  const read = unpack(await readBack('lbfgs', tensor));
  owned.dispose(tensor);
  const [loss, excessSquared = 0] = [read('loss')[0]!, read('excessSquared')[0]];
  const [gradInf, directionInf] = read('maxima') as [number, number];
  const sums = Object.fromEntries(stepSumNames.map((name, i) => [name, read('step')[i]!])) as Omit<
    StepNumbers,
    'directionInf'
  >;
  const { gradSquared, gradAbsSum } = sums;
  const total = loss + (penaltyWeight / 2) * excessSquared;
  return {
    x,
    gradient,
    gradDiff,
    numbers: { loss, total, gradInf, gradAbsSum, gradSquared, parts: read('parts') },
    step: { ...sums, directionInf },
    history: read('history'),
  };
}
