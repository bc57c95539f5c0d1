import type { Plot } from '../../bench/types.js';
import type { StageLog } from './stages.js';

/** How far the reconstructions of the decoders are from the pictures, and the encoder from its teachers, over the steps. */
export function trainingPlot(stages: Readonly<Record<string, StageLog>>): Plot {
  const series = Object.entries(stages).map(([name, { curve }]) => ({
    name: name === 'encoder' ? 'encoder, relu5_1' : `${name}, pixels`,
    points: curve.map(({ step, losses }): [number, number] => [step, (losses['relu5_1'] ?? losses['pixel'])!]),
  }));
  return {
    name: 'slim-training',
    title: 'Training of the small weights',
    x: 'step',
    y: 'mean squared distance',
    series,
  };
}
