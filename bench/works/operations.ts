import { randomNumbers } from '../../src/internal/randomNumbers.js';
import { arraysFile } from '../inputs/files.js';
import { entrants } from '../processes/entrants.js';
import { interleave } from '../processes/interleave.js';
import { curves, timingTable } from '../report/rows.js';
import type { OperationOptions } from '../tasks/operation.js';
import type { Settings, Who, Work } from '../types.js';

/** Positive numbers as after a relu, half of them 0. */
function features(height: number, channels: number): Promise<string> {
  return arraysFile(`features-${height}-${channels}`, () => {
    const { normal } = randomNumbers(channels);
    const values = Float32Array.from({ length: height ** 2 * channels }, () => Math.max(0, normal()));
    return { input: { shape: [1, height, height, channels], values } };
  });
}

/** A covariance whose eigenvalues fall off over five decades, as those of real features do. */
function covariance(channels: number): Promise<string> {
  return arraysFile(`covariance-${channels}`, () => {
    const { normal } = randomNumbers(channels);
    const scales = Array.from({ length: channels }, (_, i) => 10 ** (-2.5 * (i / channels)));
    const rows = Array.from({ length: channels }, () => Float64Array.from(scales, (scale) => scale * normal()));
    const values = Float32Array.from({ length: channels ** 2 }, (_, i) => {
      const [a, b] = [rows[Math.floor(i / channels)]!, rows[i % channels]!];
      return a.reduce((sum, value, k) => sum + value * b[k]!, 0) / channels;
    });
    return { input: { shape: [channels, channels], values } };
  });
}

const titles = {
  gram: 'gramMatrix',
  moments: 'featureMoments',
  affine: 'applyAffine',
  eigh: 'eighSymmetric',
} as const;

/** Features of VGG-19 for a square picture: those of the first, third and fourth block. */
const shapes = (size: number): [height: number, channels: number][] => [
  [size, 64],
  [size / 4, 256],
  [size / 8, 512],
];

function caseOf(
  settings: Settings,
  names: readonly Who['name'][],
  operation: OperationOptions['operation'],
  about: { label: string; size: number; file: () => Promise<string>; seconds: number },
) {
  const label = `${titles[operation]}, ${about.label}`;
  return {
    label,
    seconds: about.seconds * (settings.pairs + 1),
    run: async (pool: Parameters<typeof interleave>[0]) =>
      interleave(pool, {
        case: label,
        command: `operations --size ${about.size}`,
        task: 'operation',
        entrants: entrants(settings, names, { operation, file: await about.file() }),
        rounds: settings.pairs,
      }),
  };
}

export const operations: Work = {
  name: 'operations',
  title: 'Single operations',
  about:
    'On random features of the first, third and fourth block of VGG-19 for a square picture, and on covariance matrices whose ' +
    'eigenvalues fall off over five decades. Textbook code is what one writes with TensorFlow.js alone, in float32; torch computes ' +
    'moments and eigenvalues in float64, as programs for universal style transfer do.',
  cases(settings) {
    const sizes = settings.sizes ?? (settings.full ? [256, 512] : [256]);
    return sizes.flatMap((size) => [
      ...(['gram', 'moments', 'affine'] as const).flatMap((operation) =>
        shapes(size).map(([height, channels]) =>
          caseOf(settings, ['pastiche', 'textbook', 'torch'], operation, {
            label: `${height} x ${height} x ${channels}`,
            size,
            file: () => features(height, channels),
            seconds: 0.6 * (size / 256) ** 2,
          }),
        ),
      ),
      ...(size === sizes[0] ? [64, 128, 256, 512].filter((channels) => channels <= 2 * size) : []).map((channels) =>
        caseOf(settings, ['pastiche', 'ml-matrix', 'torch'], 'eigh', {
          label: `${channels} x ${channels}`,
          size,
          file: () => covariance(channels),
          seconds: 3 * (channels / 512) ** 3,
        }),
      ),
    ]);
  },
  table: (rows) => timingTable(rows),
  plots: (rows) => [
    {
      name: 'eigh',
      title: 'Eigenvalues and eigenvectors of a symmetric matrix',
      x: 'channels',
      y: 'milliseconds of CPU time',
      series: curves(
        rows.filter((row) => row.case.startsWith('eighSymmetric')).map((row) => ({ ...row, case: `${row.case} px` })),
        ({ cpu }) => cpu?.median,
      ),
    },
  ],
};
