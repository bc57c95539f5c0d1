/**
 * What is minimised: Gram matrices, and losses on features and pictures with gradients in closed form.
 *
 * @module
 */
export { gramMatrix, gramNormalizations, type GramNormalization, type GramOptions } from './gramMatrix.js';
export { contentLoss, contentReductions, type ContentLossOptions } from './contentLoss.js';
export { styleLoss, styleReductions, type GramTarget, type StyleLossOptions } from './styleLoss.js';
export {
  totalVariationLoss,
  variationNorms,
  variationReductions,
  type TotalVariationOptions,
} from './totalVariationLoss.js';
export { weightedSum, type WeightedTerm } from './weightedSum.js';
export { normalizeGradient, type NormalizeGradientOptions } from './normalizeGradient.js';
