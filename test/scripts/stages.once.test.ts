import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TrainingSnapshot } from 'pastiche';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStages } from '../../scripts/training/stages';

/* How npm run train:slim survives its end: stages in a file, tried with a training that only counts. */

const steps = 6;
const snapshotAt = (step: number): TrainingSnapshot => ({ version: 1, step, weights: {}, optimizer: {} });

/** Counts its steps in the weights, so that a step done twice or left out shows. */
async function* counting(from: number, signal: AbortSignal, onStep: (step: number) => void) {
  for (let step = from + 1; step <= steps; step++) {
    if (signal.aborted) return { status: 'aborted' as const, weights: {}, snapshot: snapshotAt(step - 1) };
    onStep(step);
    await Promise.resolve();
    yield {
      step,
      steps,
      loss: 1 / step,
      losses: { pixel: 1 / step },
      imagesPerSecond: 1,
      secondsLeft: 0,
      snapshot: () => Promise.resolve(snapshotAt(step)),
    };
  }
  const weights = { steps: { shape: [1], values: Float32Array.of(steps) } };
  return { status: 'finished' as const, weights, snapshot: snapshotAt(steps) };
}

describe('the stages of a training', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pastiche-stages-'));
  const file = path.join(folder, 'progress');
  beforeEach(() => vi.spyOn(console, 'log').mockReturnValue());
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => rmSync(folder, { recursive: true }));

  test('what was stopped goes on where it was, what was finished is not done again, another request begins anew', async () => {
    const seen: number[] = [];
    const run = async (request: string, stopAt = Infinity) => {
      const stop = new AbortController();
      const stages = await openStages(file, request, stop.signal, 2);
      const onStep = (step: number): void => {
        seen.push(step);
        if (step === stopAt) stop.abort();
      };
      return stages.run('one', (resume) => counting(resume?.step ?? 0, stop.signal, onStep));
    };
    await expect(run('a', 3)).rejects.toThrow('one: ended as aborted at step 3; the same command goes on from there');
    const { weights, curve } = await run('a');
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...weights['steps']!.values]).toEqual([steps]);
    expect(curve.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await run('a')).weights).toEqual(weights);
    expect(seen).toHaveLength(6);
    await run('b');
    expect(seen).toHaveLength(12);
  });
});
