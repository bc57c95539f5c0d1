export type { KernelLayout, ReadOptions, WeightArray, WeightEntry, WeightSource } from './source.js';
export { bytesReader, type RangeReader } from './rangeReader.js';
export type { WeightFile } from './weightFile.js';
export type { UrlOptions } from './http.js';
export { urlReader } from './urlReader.js';
export { safetensors, type SafetensorsOptions, type SafetensorsSource } from './safetensors.js';
export { encodeSafetensors, type EncodeSafetensorsOptions } from './encodeSafetensors.js';
export { torchCheckpoint, type TorchCheckpointOptions } from './torchCheckpoint.js';
export { tfjsManifest, type TfjsManifestOptions } from './tfjsManifest.js';
export { graphModelWeights, type GraphModelLike } from './graphModelWeights.js';
export { readConvolution, type Convolution, type ExpectedConvolution } from './convolution.js';
export {
  decoderCandidates,
  encoderCandidates,
  VGG_BLOCKS,
  vggCandidates,
  vggConvolutions,
  type VggArchitecture,
} from './vggNames.js';
export { publicWeights, type PublicWeights, type PublicWeightsName } from './publicWeights.js';
export { downloadWeights, type DownloadedWeights, type DownloadWeightsOptions } from './downloadWeights.js';
export type { Trust } from './integrity.js';
export type { DownloadOptions, DownloadProgress } from './download.js';
export { browserCache, type WeightCache } from './weightCache.js';
