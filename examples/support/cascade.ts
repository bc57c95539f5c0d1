import * as tf from '@tensorflow/tfjs-core';
import type { Image, UniversalProgress } from '../../src/index.js';
import type { Painted } from './paint.js';
import { progressBar } from './progress.js';
import type { LevelReport } from './report.js';

/** How a cascade went. */
export interface CascadeResult extends Painted {
  readonly reports: readonly LevelReport[];
  /** Whether it was stopped before its end; the picture is then what the levels until there have made. */
  readonly stopped: boolean;
}

/** Runs `universalStyleTransfer` or `synthesizeTexture` with a progress bar over `count` levels, all rounds together. */
export async function runCascade(
  count: number,
  signal: AbortSignal,
  run: (watch: { signal: AbortSignal; onLevel: (progress: UniversalProgress) => void }) => Promise<Image>,
): Promise<CascadeResult> {
  const bar = progressBar(count);
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1000;
  const reports: LevelReport[] = [];
  let soFar: Image | undefined;
  const onLevel = ({ image, ...report }: UniversalProgress): void => {
    reports.push(report);
    soFar?.dispose();
    soFar = tf.keep(tf.clone(image));
    // A report knows of its own round only.
    const roundsLeft = (count - reports.length - (report.count - report.done)) / report.count;
    const left = report.secondsLeft + roundsLeft * (report.seconds + report.secondsLeft);
    bar.update(reports.length, report.name, seconds(), left);
  };
  try {
    const image = await run({ signal, onLevel });
    soFar?.dispose();
    return { image, reports, seconds: seconds(), stopped: false };
  } catch (error) {
    if (!signal.aborted) throw error;
    if (soFar === undefined)
      throw new Error('Stopped before the first level was done; nothing was written.', { cause: error });
    return { image: soFar, reports, seconds: seconds(), stopped: true };
  } finally {
    bar.stop();
  }
}
