import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import type { NamedWeights, TrainingSnapshot, TrainingStatus, TrainingStep } from '../../src/index.js';

/** A step that stands in the log. */
interface Report {
  readonly step: number;
  readonly loss: number;
  readonly losses: Readonly<Record<string, number>>;
}

/** How a stage went: seconds of the clock and of the processor, over all the runs of the program that it took. */
export interface StageLog {
  seconds: number;
  cpuSeconds: number;
  readonly curve: Report[];
}

/** A stage that came to its end. */
export interface FinishedStage extends StageLog {
  readonly weights: NamedWeights;
}

type Training = AsyncGenerator<
  TrainingStep,
  { readonly status: TrainingStatus; readonly weights: NamedWeights; readonly snapshot: TrainingSnapshot },
  undefined
>;

/** What a training of several stages has done; a file holds it, so that nothing is lost when the program ends early. */
interface Progress {
  /** Of what it was asked to do: another request begins anew. */
  readonly request: string;
  readonly finished: Record<string, FinishedStage>;
  current?: { readonly name: string; readonly log: StageLog; readonly snapshot: TrainingSnapshot };
}

/** Runs trainings one after the other. */
export interface Stages {
  /** Runs a stage to its end, or takes it up where the file left it. `open` begins or resumes it. */
  run(name: string, open: (resume?: TrainingSnapshot) => Training): Promise<FinishedStage>;
  /** Forgets the file. */
  done(): Promise<void>;
}

async function read(file: string, request: string): Promise<Progress> {
  try {
    const progress = deserialize(await readFile(file)) as Progress;
    if (progress.request === request) return progress;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return { request, finished: {} };
}

/**
 * Opens the stages of a training whose progress stands in `file`, written every `saveEvery` steps and when `signal` aborts. A
 * resumed stage goes on exactly.
 */
export async function openStages(file: string, request: string, signal: AbortSignal, saveEvery = 200): Promise<Stages> {
  const progress = await read(file, request);
  const save = async (): Promise<void> => {
    await writeFile(`${file}.part`, serialize(progress));
    await rename(`${file}.part`, file);
  };
  return {
    async run(name, open) {
      const before = progress.finished[name];
      if (before !== undefined) return before;
      const resumed = progress.current?.name === name ? progress.current : undefined;
      const log: StageLog = resumed?.log ?? { seconds: 0, cpuSeconds: 0, curve: [] };
      let [clock, cpu] = [performance.now(), process.cpuUsage()];
      const count = (): void => {
        const used = process.cpuUsage(cpu);
        log.seconds += (performance.now() - clock) / 1000;
        log.cpuSeconds += (used.user + used.system) / 1e6;
        [clock, cpu] = [performance.now(), process.cpuUsage()];
      };
      const training = open(resumed?.snapshot);
      for (;;) {
        const next = await training.next();
        if (next.done === true) {
          const { status, weights, snapshot } = next.value;
          count();
          if (status === 'finished') {
            delete progress.current;
            progress.finished[name] = { weights, ...log };
          } else progress.current = { name, log, snapshot };
          await save();
          if (status === 'finished') return progress.finished[name]!;
          throw new Error(`${name}: ended as ${status} at step ${snapshot.step}; the same command goes on from there`);
        }
        const { step, steps, loss, losses, secondsLeft } = next.value;
        if (step % saveEvery === 0) {
          count();
          progress.current = { name, log, snapshot: await next.value.snapshot() };
          await save();
        }
        if (step !== 1 && step !== steps && step % Math.ceil(steps / 40) !== 0) continue;
        log.curve.push({ step, loss, losses });
        const parts = Object.entries(losses).map(([part, value]) => `${part} ${value.toFixed(4)}`);
        const left = signal.aborted ? 'stopping' : `${Math.round(secondsLeft)} s left`;
        console.log(`${name} ${step}/${steps}: ${loss.toFixed(4)} (${parts.join(', ')}), ${left}`);
      }
    },
    done: () => rm(file, { force: true }),
  };
}
