import * as tf from '@tensorflow/tfjs-core';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import {
  type AffineMap,
  type Features,
  applyAffine,
  eighSymmetric,
  featureMoments,
  gramMatrix,
} from '../../src/index.js';
import { bringColumnProducts } from '../../src/internal/kernels/columnProducts.js';
import { timed } from '../measure.js';
import type { Task, Who } from '../types.js';
import { tensorOf } from './arrays.js';
import { textbookGram } from './textbook.js';

/** One operation on features `[1, h, w, c]`, or on a symmetric matrix, read from a file as `input`. */
export interface OperationOptions {
  readonly operation: 'gram' | 'moments' | 'affine' | 'eigh';
  readonly file: string;
}

type Operation = (input: tf.Tensor) => (() => Promise<number>) | Promise<() => Promise<number>>;
/** The first number of a result: read, so that the work is done; compared, so that it is the same work. */
const first = (result: tf.Tensor): number => {
  const value = result.dataSync()[0]!;
  result.dispose();
  return value;
};
const largest = (values: Iterable<number>): number => Math.max(...values);

// As in a program that has loaded a network.
bringColumnProducts();

/** The map of the peers: `y = (x - mean) M + bias` with a matrix made of the same numbers everywhere. */
function someMap(channels: number): AffineMap {
  const matrix = Float64Array.from({ length: channels ** 2 }, (_, i) => Math.cos(i) / channels);
  const bias = Float64Array.from({ length: channels }, (_, i) => Math.sin(i));
  return { matrix, bias, channels, info: { rankContent: channels, rankStyle: channels } as AffineMap['info'] };
}

const ours: Record<OperationOptions['operation'], Operation> = {
  gram: (x) => () => Promise.resolve(first(gramMatrix(x as Features))),
  moments: (x) => async () => (await featureMoments(x as Features)).covariance[0]!,
  affine: (x) => {
    const map = someMap(x.shape[3]!);
    return () => Promise.resolve(first(applyAffine(x as Features, map)));
  },
  async eigh(matrix) {
    const values = Float64Array.from(await matrix.data());
    return () => Promise.resolve(largest(eighSymmetric(values, matrix.shape[0]).values));
  },
};

/** As one would write them with TensorFlow.js alone. */
const textbook: Partial<Record<OperationOptions['operation'], Operation>> = {
  gram: (x) => () => Promise.resolve(first(tf.tidy(() => textbookGram(x)))),
  moments: (x) => () => {
    const covariance = tf.tidy(() => {
      const rows = tf.reshape(x, [-1, x.shape[3]!]);
      const centred = tf.sub(rows, tf.mean(rows, 0, true));
      return tf.div(tf.matMul(centred, centred, true, false), rows.shape[0] - 1);
    });
    return Promise.resolve(first(covariance));
  },
  affine: (x) => {
    const { matrix, bias, channels } = someMap(x.shape[3]!);
    const [m, b] = [tf.tensor2d(Float32Array.from(matrix), [channels, channels]), tf.tensor1d(Float32Array.from(bias))];
    return () => Promise.resolve(first(tf.tidy(() => tf.add(tf.matMul(tf.reshape(x, [-1, channels]), m), b))));
  },
};

const mlMatrix: Partial<Record<OperationOptions['operation'], Operation>> = {
  async eigh(matrix) {
    const side = matrix.shape[0];
    const rows = Matrix.from1DArray(side, side, Array.from(await matrix.data()));
    return () => Promise.resolve(largest(new EigenvalueDecomposition(rows, { assumeSymmetric: true }).realEigenvalues));
  },
};

const by: Partial<Record<Who['name'], Partial<Record<OperationOptions['operation'], Operation>>>> = {
  pastiche: ours,
  textbook,
  'ml-matrix': mlMatrix,
};

/** The operation as often as fills a tenth of a second. */
export async function operation(name: Who['name'], { operation, file }: OperationOptions): Promise<Task> {
  const input = await tensorOf(file, 'input');
  const work = await by[name]![operation]!(input);
  await work();
  const { wall, result: value } = await timed(work);
  // Long enough for the clocks of processes, which tick in milliseconds.
  const repeats = Math.min(200, Math.ceil(100 / wall));
  const repeated = async (): Promise<void> => {
    for (let i = 0; i < repeats; i++) await work();
  };
  return {
    facts: { value },
    async run() {
      const sample = await timed(repeated);
      return { wall: sample.wall / repeats, cpu: sample.cpu / repeats };
    },
    end: () => input.dispose(),
  };
}
