import type { Image, StylizeResult, StylizeStep } from '../../src/index.js';
import { progressBar } from './progress.js';

/** A picture with the seconds that it took. */
export interface Painted {
  readonly image: Image;
  readonly seconds: number;
}

/** Runs `stylizeSteps` to its end with a progress bar. */
export async function paint(
  steps: AsyncGenerator<StylizeStep, StylizeResult, undefined>,
  onStep?: (step: StylizeStep) => Promise<void>,
): Promise<StylizeResult> {
  let bar: ReturnType<typeof progressBar> | undefined;
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done === true) return value;
      bar ??= progressBar(value.iterations);
      bar.update(value.iteration, `loss ${value.loss.toPrecision(4)}`, value.seconds, value.secondsLeft);
      await onStep?.(value);
    }
  } finally {
    bar?.stop();
  }
}
