import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {
  autoencoderFamilies,
  readConvolution,
  type Features,
  type Image,
  type NamedFeatures,
  type Teacher,
} from '../../src/index.js';
import { loadEncoder } from '../../src/models/encoder.js';
import { fileWeights } from '../../src/node/index.js';

/** Networks to learn from. */
export interface Teachers {
  /** Their features of a batch. The caller owns them. */
  features(image: Image): NamedFeatures;
  dispose(): void;
}

/** Every `step`-th row and column, which is all that the student is compared at: fine features need not be known everywhere. */
const thinned = (features: Features, step: number): Features => tf.maxPool(features, 1, step, 'valid');

/** A deep layer of the 16x networks, spread to the 512 channels of VGG-19 by the convolution that they were trained with. */
async function deepTeacher(folder: string, level: 4 | 5): Promise<Teachers> {
  const source = await fileWeights(path.join(folder, `ust16x-encoder-${level}.safetensors`));
  const { network } = await loadEncoder(source, autoencoderFamilies.ust16x, level);
  const name = `conv${level}1_aux`;
  const { kernel, kernelShape, bias } = await readConvolution(source, name, [name], { kernelSize: 1 });
  const [filter, shift] = [tf.tensor4d(kernel, [...kernelShape]), tf.tensor1d(bias)];
  const layer = `relu${level}_1` as const;
  return {
    features: (image) =>
      tf.tidy(() => {
        const narrow = network.features(image, [layer])[layer];
        const wide = tf.conv2d(narrow, filter, 1, 'valid');
        return { [layer]: tf.relu(tf.add(wide, shift)) };
      }),
    dispose() {
      network.dispose();
      tf.dispose([filter, shift]);
    },
  };
}

/** The full-width network up to `relu3_1`. */
async function shallowTeacher(folder: string): Promise<Teachers> {
  const source = await fileWeights(path.join(folder, 'ust-encoder-3.safetensors'));
  const { network } = await loadEncoder(source, autoencoderFamilies.ust, 3);
  return {
    features: (image) =>
      tf.tidy(() => {
        const { relu1_1, relu2_1, relu3_1 } = network.features(image, ['relu1_1', 'relu2_1', 'relu3_1']);
        return { relu1_1: thinned(relu1_1, 4), relu2_1: thinned(relu2_1, 2), relu3_1 };
      }),
    dispose: () => {
      network.dispose();
    },
  };
}

/** Where the student learns the colours. */
export const colorTaps = { colors4: 'relu4_1', colors5: 'relu5_1' } as const;

/**
 * The mean colours of the four quarters of what a deep position sees: the networks above know things whatever their colour, and a
 * student that learns from them alone forgets it.
 */
const colorTeacher: Teachers = {
  features: (image) =>
    tf.tidy(() => {
      const quarters = (stride: number): Features => {
        const colors = tf.avgPool(image, stride / 2, stride / 2, 'valid');
        const [b, h, w, c] = colors.shape;
        const blocks = tf.transpose(tf.reshape(colors, [b, h / 2, 2, w / 2, 2, c]), [0, 1, 3, 2, 4, 5]);
        return tf.reshape(blocks, [b, h / 2, w / 2, 4 * c]);
      };
      return { colors4: quarters(8), colors5: quarters(16) };
    }),
  dispose: () => undefined,
};

/** The teachers of all five levels, from the files `ust-encoder-3` and `ust16x-encoder-{4,5}` (`.safetensors`) of a folder. */
export async function loadTeachers(folder: string): Promise<Teachers> {
  const all = [await shallowTeacher(folder), await deepTeacher(folder, 4), await deepTeacher(folder, 5), colorTeacher];
  return {
    features: (image) => Object.assign({}, ...all.map((teacher) => teacher.features(image))) as NamedFeatures,
    dispose: () => {
      for (const teacher of all) teacher.dispose();
    },
  };
}

interface Remembered {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Asks the teachers once for every picture of a pool and remembers the answers (1.4 MB for 96 pixels a side). `indices` says which pictures a step sees. */
export function rememberingTeacher(teachers: Teachers, indices: (step: number) => readonly number[]): Teacher {
  const known = new Map<number, ReadonlyMap<string, Remembered>>();

  const learn = async (image: Image, index: number): Promise<void> => {
    const features = Object.entries(teachers.features(image));
    try {
      const arrays = await Promise.all(features.map(([, tensor]) => tensor.data()));
      known.set(
        index,
        new Map(
          features.map(([name, { shape }], i) => [name, { shape, values: Float32Array.from(arrays[i]!) }] as const),
        ),
      );
    } finally {
      tf.dispose(features.map(([, tensor]) => tensor));
    }
  };

  return async (image, step) => {
    const batch = indices(step);
    for (const [i, index] of batch.entries()) {
      if (known.has(index)) continue;
      const one = tf.slice(image, [i, 0, 0, 0], [1, -1, -1, -1]);
      try {
        await learn(one, index);
      } finally {
        one.dispose();
      }
    }
    const answers = batch.map((index) => known.get(index)!);
    return Object.fromEntries(
      [...answers[0]!].map(([name, { shape, values }]) => {
        const together = new Float32Array(values.length * batch.length);
        answers.forEach((answer, i) => {
          together.set(answer.get(name)!.values, i * values.length);
        });
        const [, height, width, channels] = shape as [number, number, number, number];
        return [name, tf.tensor4d(together, [batch.length, height, width, channels])];
      }),
    );
  };
}
