import { StyleError } from '../../errors.js';
import { breathe } from '../../internal/breathe.js';
import { assertFloat32 } from '../../internal/precision.js';
import { takeSnapshot } from './snapshot.js';
import { takeStep } from './takeStep.js';
import type { Training, TrainingStatus, TrainingStep } from './training.js';

const isAborted = ({ signal }: Pick<Training, 'signal'>): boolean => signal?.aborted === true;

/** Runs the steps; `describe` makes of each what the caller sees. Frees nothing but what belongs to a step. */
export async function* trainingLoop<Step extends TrainingStep>(
  run: Training,
  describe: (step: TrainingStep, guard: <T>(call: string, work: () => Promise<T>) => Promise<T>) => Step,
): AsyncGenerator<Step, { status: TrainingStatus; step: number }, undefined> {
  const { where, steps, firstStep, optimizer } = run;
  assertFloat32(where, 'training');
  let [seconds, images] = [0, 0];
  for (let step = firstStep; step < steps; step++) {
    await breathe();
    if (isAborted(run)) return { status: 'aborted', step };
    const begun = performance.now();
    const learningRate = optimizer.prepare(step);
    const taken = await takeStep(run, step);
    seconds += (performance.now() - begun) / 1000;
    images += taken.images;
    if (!Number.isFinite(taken.loss)) return { status: 'non-finite', step };
    let current = true;
    const guard = async <T>(call: string, work: () => Promise<T>): Promise<T> => {
      if (!current) throw new StyleError(`${where}: ${call}() must be called before the next step is asked for`);
      return work();
    };
    try {
      yield describe(
        {
          step: step + 1,
          steps,
          loss: taken.loss,
          losses: taken.losses,
          ...(learningRate === undefined ? {} : { learningRate }),
          imagesPerSecond: images / seconds,
          secondsLeft: ((steps - step - 1) * seconds) / (step + 1 - firstStep),
          snapshot: () => guard('snapshot', () => takeSnapshot(run, step + 1)),
        },
        guard,
      );
    } finally {
      current = false;
    }
  }
  return { status: 'finished', step: steps };
}
