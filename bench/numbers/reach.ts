/* When a run reaches a loss. */

/** After an iteration: evaluations are those of its stage, times those since the beginning, in milliseconds. */
export type Step = readonly [
  stage: number,
  iteration: number,
  evaluations: number,
  loss: number,
  wall: number,
  cpu: number,
];

/** What it took; only the loss where it was never reached. */
export interface Reached {
  readonly loss: number;
  readonly evaluations?: number;
  readonly wall?: number;
  readonly cpu?: number;
}

/** The lowest loss of a run of one stage until each of some iterations. */
export const lossesAt = (steps: readonly Step[], iterations: readonly number[]): number[] =>
  iterations.map((last) => Math.min(...steps.filter(([, i]) => i <= last).map(([, , , loss]) => loss)));

/** Evaluations of a step and of the stages before it, in those of the last stage: each stage before has a quarter of the pixels. */
function evaluationsUntil(steps: readonly Step[], [stage, , evaluations]: Step, lastStage: number): number {
  let sum = evaluations / 4 ** (lastStage - stage);
  for (let before = 0; before < stage; before++) {
    const own = steps.filter(([of]) => of === before).map(([, , count]) => count);
    sum += Math.max(0, ...own) / 4 ** (lastStage - before);
  }
  return sum;
}

/** The first step of the last stage whose loss is not above `loss`. */
export function reach(steps: readonly Step[], lastStage: number, loss: number): Reached {
  const step = steps.find(([stage, , , reached]) => stage === lastStage && reached <= loss);
  if (step === undefined) return { loss };
  return { loss, evaluations: evaluationsUntil(steps, step, lastStage), wall: step[4], cpu: step[5] };
}

/** `[iteration, evaluations, loss, wall, cpu]` of the last stage: all of the first twenty iterations, then every fifth. */
export const thin = (steps: readonly Step[], lastStage: number): number[][] =>
  steps
    .filter(([stage, i]) => stage === lastStage && (i <= 20 || i % 5 === 0))
    .map((step) => [
      step[1],
      evaluationsUntil(steps, step, lastStage),
      ...step.slice(3).map((value) => Number(value.toPrecision(5))),
    ]);
