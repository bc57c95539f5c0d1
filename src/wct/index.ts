/**
 * Feature statistics and the transforms between them: whitening and colouring, optimal transport, AdaIN.
 *
 * @module
 */
export { adain, type AdainOptions } from './adain.js';
export { type AffineMap, type MapInfo } from './affineMap.js';
export { applyAffine, applyAffineMasked } from './applyAffine.js';
export { decodeStyle } from './decodeStyle.js';
export type { Degradation } from './degradation.js';
export { eighSymmetric, type Eigen } from './eighSymmetric.js';
export { encodeStyle, type EncodeStyleOptions } from './encodeStyle.js';
export { foldIntoConv, type ConvWeights } from './foldIntoConv.js';
export { mergeMoments } from './mergeMoments.js';
export { mixModes, mixStyles, type MixMode } from './mixStyles.js';
export { featureMoments, type FeatureMomentsOptions } from './featureMoments.js';
export { type Moments } from './moments.js';
export { wctPresets, type WctPreset } from './presets.js';
export { type SpectralOptions } from './spectral.js';
export { sqrtmIterative, type SqrtmOptions, type SquareRoots } from './sqrtmIterative.js';
export { stylePrecisions, type StylePrecision } from './styleFormat.js';
export { styleOperator, type StyleOperator } from './styleOperator.js';
export { transferMethods, type TransferMethod } from './transforms.js';
export { wct, type WctOptions } from './wct.js';
export { wctMap, type WctMapOptions } from './wctMap.js';
