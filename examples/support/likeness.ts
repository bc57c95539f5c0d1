import * as tf from '@tensorflow/tfjs-core';
import { type FeatureExtractor, type Image, gatysObjective } from '../../src/index.js';

/** How far a picture is from its content and its style, by what one network sees. */
export interface Likeness {
  /** Squared distance of the features, in units of those of the content itself: 0 is the same, 1 as far as a grey picture. */
  readonly content: number;
  /** Squared distance of the Gram matrices, in units of those of the style itself, mean of the layers. */
  readonly style: number;
}

/**
 * Measures pictures of the size of `content`, whoever has made them, in one network. The layers are those of the preset
 * `'relative'`. Free it with `dispose`.
 */
export function likenessTo(extractor: FeatureExtractor, content: Image, style: Image) {
  const common = { extractor, content, style, preset: 'relative', variationWeight: 0 } as const;
  const objectives = {
    content: gatysObjective({ ...common, contentWeight: 1, styleWeight: 0 }),
    style: gatysObjective({ ...common, contentWeight: 0, styleWeight: 1 }),
  };
  return {
    async measure(image: Image): Promise<Likeness> {
      const both = tf.tidy(() => tf.stack([objectives.content(image), objectives.style(image)]));
      const [contentLoss, styleLoss] = (await both.data()) as unknown as [number, number];
      both.dispose();
      return { content: contentLoss, style: styleLoss };
    },
    dispose(): void {
      for (const objective of Object.values(objectives)) objective.dispose();
    },
  };
}
