import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { renormLayer } from '../../../src/models/training/renormLayer.js';
import { limitNormalisation } from '../../../src/models/training/student.js';
import { expectTensorGrowth, relativeL2, tolerance } from '../../_setup/compare.js';

test('limitNormalisation keeps gains in 0.3 to 3 and offsets within half the gain, so that no channel can die', async () => {
  const channels = 4;
  const weights = { kernel: new Float32Array(9 * channels), kernelShape: [3, 3, 1, channels] as const };
  const layer = renormLayer('conv1_1', weights, 'reflect', { momentum: 1, frozen: false });
  const [, gamma, beta] = layer.parameters;
  const [gains, offsets] = [tf.tensor1d([0.01, 1, 2, 9]), tf.tensor1d([-1, 0.4, -5, 9])];
  gamma!.variable.assign(gains);
  beta!.variable.assign(offsets);
  await expectTensorGrowth(0, () => limitNormalisation([layer]));
  expect(relativeL2(await gamma!.variable.data(), [0.3, 1, 2, 3])).toBeLessThan(tolerance());
  expect(relativeL2(await beta!.variable.data(), [-0.15, 0.4, -1, 1.5])).toBeLessThan(tolerance());
  tf.dispose([gains, offsets]);
  for (const { variable } of [...layer.parameters, ...layer.statistics]) variable.dispose();
});
