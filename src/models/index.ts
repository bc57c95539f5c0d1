/**
 * Networks that take losses after any layer, autoencoders, their training, and the readers of weights.
 *
 * @module
 */
export { architectures, vggLayers, type Architecture, type ConvIndex, type VggLayer } from './architectures.js';
export type { FeatureExtractor, ImageGradientOptions } from './extractor.js';
export { vggOutline, type NetworkOutline, type VggOutlineOptions } from './vggOutline.js';
export type { LayerOutline } from '../internal/outline.js';
export type { Footprint } from '../internal/kernels/op.js';
export { insertLossTaps } from './taps.js';
export {
  autoencoderFamilies,
  autoencoderLevels,
  type AutoencoderFamily,
  type AutoencoderFamilyName,
  type AutoencoderLevel,
} from './autoencoderFamilies.js';
export type { Autoencoder, AutoencoderOutline } from './autoencoder.js';
export { loadAutoencoders, type AutoencoderSources, type LoadAutoencodersOptions } from './autoencoders.js';
export { autoencoderOutlines, type AutoencoderOutlinesOptions } from './autoencoderOutlines.js';
export { loadDecoder, type Decoder, type LoadDecoderOptions } from './decoder.js';
export {
  graphModelExtractor,
  type ExecutableGraphModel,
  type GraphModelExtractorOptions,
} from './graphModelExtractor.js';
export { loadVgg, type LoadVggOptions } from './loadVgg.js';
export type { VggOptions } from './vggPlan.js';
export { randomVgg, type RandomVggOptions } from './randomVgg.js';
export { preprocessings, type ColorMap, type Preprocessing } from './preprocessing.js';
export { paddings, type Padding } from '../internal/kernels/padding.js';
export { poolings, poolRoundings, type Pooling, type PoolRounding } from '../internal/kernels/pool.js';
export * from './weights/index.js';
export * from './training/index.js';
