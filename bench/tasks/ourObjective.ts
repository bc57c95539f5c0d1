import * as tf from '@tensorflow/tfjs-core';
import {
  type ClosedForm,
  type FeatureExtractor,
  type Image,
  type VggLayer,
  contentLoss,
  insertLossTaps,
  loadVgg,
  safetensors,
  styleLoss,
} from '../../src/index.js';
import { fileReader } from '../../src/node/index.js';
import type { ObjectivePlan } from '../inputs/objective.js';
import { tensorOf } from './arrays.js';

type Layer = VggLayer<'vgg19'>;
const reluOf = (convolution: string): Layer => convolution.replace('conv', 'relu') as Layer;

/** The network of a plan by this library. */
export function ourNetwork(plan: ObjectivePlan): Promise<FeatureExtractor<Layer>> {
  const upTo = reluOf(plan.convolutions.at(-1)![0]);
  return loadVgg(safetensors(fileReader(plan.weights)), { upTo, preprocessing: plan.preprocessing });
}

/** The objective of a plan by this library. The network is borrowed. */
export async function ourObjective(vgg: FeatureExtractor<Layer>, plan: ObjectivePlan): Promise<ClosedForm> {
  const [content, style] = await Promise.all(['content', 'style'].map((name) => tensorOf<Image>(plan.pictures, name)));
  const at = reluOf(plan.content);
  const targets = vgg.features(content!, [at]);
  const layers = plan.style.map(reluOf);
  const looks = vgg.features(style!, layers);
  const losses = [
    contentLoss(targets[at], { reduction: 'half-sum' }),
    ...layers.map((layer) => styleLoss(looks[layer], { normalization: 'positions', reduction: 'gatys' })),
  ];
  const weight = plan.styleWeight / layers.length;
  const objective = insertLossTaps(
    vgg,
    losses.map((loss, i) => (i === 0 ? { layer: at, loss } : { layer: layers[i - 1]!, loss, weight })),
  );
  tf.dispose([content!, style!, looks]);
  // The content loss borrows its target.
  const dispose = (): void => {
    losses.forEach((loss) => loss.dispose());
    tf.dispose(targets);
  };
  return Object.assign(objective, { dispose });
}
