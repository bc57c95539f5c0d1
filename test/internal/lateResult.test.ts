import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { lateResult, lateTensor } from '../../src/internal/lateResult.js';
import { expectTensorGrowth } from '../_setup/compare.js';

async function* counting(): AsyncGenerator<number, () => tf.Tensor, undefined> {
  try {
    yield 1;
    yield 2;
  } catch (error) {
    if (error instanceof RangeError) throw error;
  }
  return lateTensor('counting', tf.tensor2d([1, 2, 3, 4.5], [2, 2]));
}

it('lateTensor(where, tensor) frees the tensor and makes it anew, outside of any tidy', async () => {
  await expectTensorGrowth(0, async () => {
    const make = await lateTensor(
      'test',
      tf.tensor2d([
        [0.1, -2],
        [3, 1e-30],
      ]),
    );
    const made = tf.tidy(() => [make()])[0]!;
    expect(made.shape).toEqual([2, 2]);
    expect([...(await made.data())]).toEqual([0.1, -2, 3, 1e-30].map(Math.fround));
    made.dispose();
  });
});

it('lateResult(generator) makes one result, when it is read, and none where nobody reads it', async () => {
  await expectTensorGrowth(0, async () => {
    const seen: number[] = [];
    for await (const step of lateResult(counting())) seen.push(step);
    expect(seen).toEqual([1, 2]);
  });
  const made = await expectTensorGrowth(1, async () => {
    const steps = lateResult(counting());
    const answers = [await steps.next(), await steps.next(), await steps.next(), await steps.next()];
    expect(answers.map(({ done }) => done)).toEqual([false, false, true, true]);
    expect(answers[3]!.value).toBe(undefined);
    expect(answers[2]!.value).toBe(answers[2]!.value);
    return answers[2]!.value as tf.Tensor;
  });
  expect([...(await made.data())]).toEqual([1, 2, 3, 4.5]);
  made.dispose();
});

it('lateResult(generator) answers return() and throw() as any generator does', async () => {
  await expectTensorGrowth(0, async () => {
    const left = lateResult(counting());
    await left.next();
    expect(await left.return(undefined as never)).toEqual({ done: true, value: undefined });
    const broken = lateResult(counting());
    await broken.next();
    await expect(broken.throw(new RangeError('mine'))).rejects.toThrow('mine');
  });
  const caught = lateResult(counting());
  await caught.next();
  const { done, value } = await caught.throw(new Error('caught inside'));
  expect(done).toBe(true);
  expect((value as tf.Tensor).shape).toEqual([2, 2]);
  tf.dispose(value);
});
