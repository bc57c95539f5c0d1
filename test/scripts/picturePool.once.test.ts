import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { drawTrainingPicture } from '../../scripts/pictures/training/index.js';
import { picturePool } from '../../scripts/training/pool.js';
import { rememberingTeacher } from '../../scripts/training/teachers.js';

describe('picturePool', () => {
  it('shows every picture once in an epoch, in another order the next time', () => {
    const pool = picturePool(8, 16, 4, 0);
    const epoch = (first: number): number[] => [...pool.indices(first), ...pool.indices(first + 1)];
    const [one, two] = [epoch(0), epoch(2)];
    expect(one.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(two.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(two).not.toEqual(one);
  });

  it('gives the same batch for the same step, whatever was asked for before', async () => {
    const before = tf.memory().numTensors;
    const pool = picturePool(5, 16, 2, 30);
    pool.batch(7).dispose();
    const batch = pool.batch(1);
    const expected = picturePool(5, 16, 2, 30)
      .indices(1)
      .flatMap((index) => [...drawTrainingPicture(30 + index, 16)]);
    expect([...(await batch.data())]).toEqual(expected);
    batch.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('rememberingTeacher', () => {
  it('asks once for every picture and puts the answers together in the order of the batch', async () => {
    const before = tf.memory().numTensors;
    const pool = picturePool(3, 16, 2, 0);
    let asked = 0;
    const teacher = rememberingTeacher(
      {
        features(image) {
          asked += 1;
          return { relu1_1: tf.maxPool(image, 1, 4, 'valid') };
        },
        dispose: () => undefined,
      },
      (step) => pool.indices(step),
    );
    for (const step of [0, 1, 2, 0]) {
      const batch = pool.batch(step);
      const answer = await teacher(batch, step);
      // Every fourth row and column.
      const expected = tf.stridedSlice(batch, [0, 0, 0, 0], batch.shape, [1, 4, 4, 1]);
      expect(answer['relu1_1']!.shape).toEqual([2, 4, 4, 3]);
      expect([...(await answer['relu1_1']!.data())]).toEqual([...(await expected.data())]);
      tf.dispose([batch, answer, expected]);
    }
    expect(asked).toBe(3);
    expect(tf.memory().numTensors).toBe(before);
  });
});
