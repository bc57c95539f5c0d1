import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as pastiche from '../src/index.js';
import type { FeatureExtractor, Image, Moments } from '../src/index.js';
import { expectTensorGrowth } from './_setup/compare.js';
import { pixels } from './models/_autoencoders.js';

/* An option that nobody reads would be accepted and ignored, and a misspelt one is just that. */

const levels = [pixels];
const bytes = pastiche.encodeSafetensors({ 'conv1_1.bias': { shape: [1], values: [7] } });
const moments: Moments = {
  channels: 1,
  count: 4,
  weightSum: 4,
  squaredWeightSum: 4,
  mean: new Float64Array([0]),
  covariance: new Float64Array([1]),
};
const operator = pastiche.styleOperator(moments);

let extractor: FeatureExtractor;
let picture: Image;
let matrix: tf.Tensor2D;
beforeAll(() => {
  extractor = pastiche.randomVgg({ seed: 1, width: 2, upTo: 'relu1_1' });
  picture = pastiche.noiseImage([1, 8, 8, 3]);
  matrix = tf.eye(2);
});
afterAll(() => {
  extractor.dispose();
  picture.dispose();
  matrix.dispose();
});

/** Calls a function with more among its options than it knows. */
type Call = (extra: object) => unknown;
const features = () => picture;
const loss = () => tf.scalar(0);
const calls: Record<string, Call> = {
  adain: (extra) => pastiche.adain(features(), features(), extra),
  autoencoderOutlines: (extra) => pastiche.autoencoderOutlines({ family: 'slim', ...extra }),
  contentLoss: (extra) => pastiche.contentLoss(features(), extra),
  distillEncoder: (extra) => pastiche.distillEncoder(() => ({}), [picture], { steps: 1, ...extra }),
  'distillEncoder: optimizer': (extra) =>
    pastiche.distillEncoder(() => ({}), [picture], { steps: 1, cropSize: 8, channels: [2], optimizer: extra }),
  'distillEncoder: reconstruction': (extra) =>
    pastiche.distillEncoder(() => ({}), [picture], { steps: 1, reconstruction: extra }),
  downloadWeights: (extra) => pastiche.downloadWeights('vgg19-torchvision', extra),
  encodeSafetensors: (extra) => pastiche.encodeSafetensors({}, extra),
  encodeStyle: (extra) => pastiche.encodeStyle({ a: operator }, extra),
  'estimateMemory, stylize': (extra) =>
    pastiche.estimateMemory({ pipeline: 'stylize', extractor, size: [8, 8], ...extra }),
  'estimateMemory, universal': (extra) =>
    pastiche.estimateMemory({
      pipeline: 'universal',
      levels: pastiche.autoencoderOutlines({ family: 'slim', levels: [1] }),
      size: [8, 8],
      ...extra,
    }),
  featureMoments: (extra) => pastiche.featureMoments(features(), extra),
  filterGradient: (extra) => pastiche.filterGradient(features(), features(), extra),
  fitSize: (extra) => pastiche.fitSize([4, 4], extra),
  gatysObjective: (extra) => pastiche.gatysObjective({ extractor, content: picture, style: picture, ...extra }),
  gramMatrix: (extra) => pastiche.gramMatrix(features(), extra),
  graphModelExtractor: (extra) =>
    pastiche.graphModelExtractor({ execute: () => [], save: () => undefined } as never, extra),
  imageFromPixels: (extra) => pastiche.imageFromPixels({ data: new Uint8Array(3), width: 1, height: 1 }, extra),
  imageToPixels: (extra) => pastiche.imageToPixels(picture, extra),
  insertLossTaps: (extra) => pastiche.insertLossTaps(extractor, [{ layer: 'image', loss }], extra),
  'insertLossTaps: taps[0]': (extra) => pastiche.insertLossTaps(extractor, [{ layer: 'image', loss, ...extra }]),
  lbfgs: (extra) => pastiche.lbfgs(loss, picture, extra),
  'lbfgs: bounds': (extra) => pastiche.lbfgs(loss, picture, { bounds: { min: 0, max: 1, ...extra } }),
  lbfgsSteps: (extra) => pastiche.lbfgsSteps(loss, picture, extra),
  loadAutoencoders: (extra) => pastiche.loadAutoencoders(pastiche.safetensors(bytes), { family: 'slim', ...extra }),
  loadDecoder: (extra) => pastiche.loadDecoder(pastiche.safetensors(bytes), { level: 1, ...extra }),
  loadVgg: (extra) => pastiche.loadVgg(pastiche.safetensors(bytes), extra),
  mixStyles: (extra) => pastiche.mixStyles([operator], [1], extra),
  noiseImage: (extra) => pastiche.noiseImage([1, 2, 2, 3], extra),
  normalizeGradient: (extra) => pastiche.normalizeGradient(loss, extra),
  prepareContent: (extra) => pastiche.prepareContent(picture, { levels, ...extra }),
  psnr: (extra) => pastiche.psnr(picture, picture, extra),
  randomVgg: (extra) => pastiche.randomVgg(extra),
  resizeImage: (extra) => pastiche.resizeImage(picture, [4, 4], extra),
  safetensors: (extra) => pastiche.safetensors(bytes, extra),
  sqrtmIterative: (extra) => pastiche.sqrtmIterative(matrix, extra),
  styleLoss: (extra) => pastiche.styleLoss(features(), extra),
  styleOperator: (extra) => pastiche.styleOperator(moments, extra),
  styleOperators: (extra) => pastiche.styleOperators(picture, { levels, ...extra }),
  'styleOperators, colouring': (extra) => pastiche.styleOperators(picture, { levels, colouring: extra }),
  stylize: (extra) => pastiche.stylize({ extractor, content: picture, style: picture, ...extra }),
  stylizeSteps: (extra) => pastiche.stylizeSteps({ extractor, content: picture, style: picture, ...extra }).next(),
  'lbfgs through stylize': (extra) =>
    pastiche.stylize({ extractor, content: picture, style: picture, optimizer: extra }),
  'bounds of stylize': (extra) => pastiche.stylize({ extractor, content: picture, style: picture, bounds: extra }),
  synthesizeTexture: (extra) => pastiche.synthesizeTexture({ style: picture, levels, size: [4, 4], ...extra }),
  tfjsManifest: (extra) => pastiche.tfjsManifest({}, extra),
  torchCheckpoint: (extra) => pastiche.torchCheckpoint(bytes, extra),
  totalVariationLoss: (extra) => pastiche.totalVariationLoss(extra),
  trainDecoder: (extra) => pastiche.trainDecoder(extractor, [picture], { level: 1, steps: 1, ...extra }),
  universalStyleTransfer: (extra) =>
    pastiche.universalStyleTransfer({ content: picture, style: picture, levels, ...extra }),
  'universalStyleTransfer, whitening': (extra) =>
    pastiche.universalStyleTransfer({ content: picture, style: picture, levels, whitening: extra }),
  urlReader: (extra) => pastiche.urlReader('https://example.org/a', extra),
  vggOutline: (extra) => pastiche.vggOutline(extra),
  wct: (extra) => pastiche.wct(features(), features(), extra),
  wctMap: (extra) => pastiche.wctMap(moments, operator, extra),
  'weightedSum: terms[0]': (extra) => pastiche.weightedSum([{ loss, ...extra }]),
};

describe('options', () => {
  test.each(Object.entries(calls))('%s throws for a name that it does not know, before any work', async (_, call) => {
    await expectTensorGrowth(0, () =>
      expect(Promise.resolve().then(() => call({ misspelt: 1 }))).rejects.toThrow("there is no option 'misspelt'"),
    );
  });

  const files: Record<string, Call> = {
    safetensors: (extra) => pastiche.safetensors(bytes, extra),
    torchCheckpoint: (extra) => pastiche.torchCheckpoint(pastiche.urlReader('https://example.org/a'), extra),
    tfjsManifest: (extra) => pastiche.tfjsManifest({}, { readShard: () => Promise.resolve(bytes), ...extra }),
  };
  test.each(Object.entries(files))('%s throws for an option of URLs beside a file that is none', (where, call) => {
    expect(() => call({ retries: 1 })).toThrow(`${where}: the option retries belongs to a URL; got `);
    expect(() => call({ retries: undefined })).not.toThrow();
  });

  const pipelines: Record<string, Call> = {
    gatysObjective: (styles) => pastiche.gatysObjective({ extractor, content: picture, ...styles } as never),
    stylize: (styles) => pastiche.stylize({ extractor, content: picture, ...styles } as never),
    universalStyleTransfer: (styles) =>
      pastiche.universalStyleTransfer({ content: picture, levels, ...styles } as never),
    synthesizeTexture: (styles) => pastiche.synthesizeTexture({ levels, size: [4, 4], ...styles } as never),
  };
  test.each(Object.entries(pipelines))('%s takes style or styles, one of them', async (where, call) => {
    const wrong: [object, string][] = [
      [{ style: picture, styles: [picture] }, 'give style or styles, not both'],
      [{ style: picture, styleWeights: [1] }, 'styleWeights belongs to styles; got one style and styleWeights [1]'],
      [{}, 'style must be given, or styles hold at least one; got styles undefined'],
      [{ styles: [] }, 'style must be given, or styles hold at least one; got styles []'],
      [{ styles: [picture], styleWeights: [1, 2] }, 'styleWeights must have one number for each of 1 styles'],
    ];
    await expectTensorGrowth(0, async () => {
      for (const [styles, message] of wrong)
        await expect(Promise.resolve().then(() => call(styles))).rejects.toThrow(`${where}: ${message}`);
    });
  });

  test.each(['bounds', 'maxIterations', 'onStep', 'signal'])(
    'stylize throws for optimizer.%s, which would be overruled',
    async (name) => {
      const options = { extractor, content: picture, style: picture, optimizer: { [name]: 1 } };
      await expectTensorGrowth(0, () =>
        expect(pastiche.stylize(options)).rejects.toThrow(`stylize: optimizer has no ${name}`),
      );
    },
  );
});
