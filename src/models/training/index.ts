export { biasGradient, filterGradient } from './filterGradient.js';
export { trainDecoder, type TrainDecoderResult, type TrainDecoderStep } from './trainDecoder.js';
export type { TrainDecoderOptions } from './decoderOptions.js';
export type { DecoderLossSettings } from './decoderLoss.js';
export { trainingReductions, type TrainingReduction } from './losses.js';
export type { BatchOptions, TrainingImages } from './batches.js';
export type { TrainingSnapshot, TrainingStatus, TrainingStep } from './loop.js';
export type { NamedWeights } from './namedWeights.js';
export { schedules, type OptimizerSettings } from './schedule.js';
