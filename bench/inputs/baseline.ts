import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { type Image, safetensors } from '../../src/index.js';
import { fileReader, readImage } from '../../src/node/index.js';
import { arraysFile, sharedFile } from './files.js';
import { type ObjectivePlan, objectivePlan } from './objective.js';
import { arrayOf } from './pictures.js';

/* Pictures, starts and logs of torch's runs, from the folder beside the repository. */

const baselineFile = (name: string): string => sharedFile(`baseline/${name}`)!;

/** torch's objective, on its pictures. */
export async function baselinePlan(size: 128 | 256): Promise<ObjectivePlan> {
  const picture = async (kind: string) => arrayOf(await readImage(baselineFile(`${kind}-${size}.png`)));
  const pictures = await arraysFile(`baseline-${size}`, async () => ({
    content: await picture('content'),
    style: await picture('style'),
  }));
  return objectivePlan('conv3_2', pictures);
}

/** torch's noise `[1, h, w, 3]`, BGR 0..255 minus the mean, as RGB in 0..1 (and a little beyond). */
export async function noiseStart(): Promise<Image> {
  const { shape, values } = await safetensors(fileReader(baselineFile('init-noise-256.safetensors'))).read('y0');
  const mean = [103.939, 116.779, 123.68];
  const rgb = Float32Array.from(values, (_, i) => {
    const channel = 2 - (i % 3);
    return (values[i - (i % 3) + channel]! + mean[channel]!) / 255;
  });
  return tf.tensor4d(rgb, [...shape] as [number, number, number, number]);
}

/** Which part of a run of two sizes; runs of one size have none. */
export type Phase = 'coarse' | 'fine' | undefined;

/** What torch wrote down of a run. */
export interface TorchLog {
  /** All evaluations; `iter` is the iteration that asked for one. */
  readonly log: readonly { readonly iter: number; readonly loss: number; readonly phase?: Phase }[];
  readonly final_loss: number;
}

/** A run's log by the ending of its file's name. */
export const torchLog = (name: string): TorchLog =>
  JSON.parse(readFileSync(baselineFile(`gatys256-${name}.json`), 'utf8')) as TorchLog;

/** torch's loss after some iterations: the lowest evaluation of the last one, which is the accepted one in nearly every search. */
export function torchLossAfter({ log }: TorchLog, phase: Phase, iterations: number): number {
  const until = log.filter((entry) => entry.phase === phase && entry.iter <= iterations);
  const last = Math.max(...until.map(({ iter }) => iter));
  return Math.min(...until.filter(({ iter }) => iter === last).map(({ loss }) => loss));
}
