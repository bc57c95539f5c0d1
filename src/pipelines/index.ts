/**
 * The parts put together: Gatys' method, universal style transfer, and the conventions of known implementations.
 *
 * @module
 */
export { stylize } from './stylize.js';
export { stylizeSteps } from './stylizeSteps.js';
export type { StylizeOptions, StylizeResult, StylizeSettings, StylizeStep } from './stylizeOptions.js';
export { estimateMemory, type MemoryEstimate, type UniversalPlan } from './estimateMemory.js';
export type { StylizePlan } from './stylizePlan.js';
export { gatysObjective } from './gatysObjective.js';
export type { ObjectiveOptions, StyleChoice } from './objectiveOptions.js';
export { presets, type LayerWeights, type LayersAndWeight, type PresetName, type Recipe } from './presets.js';
export type { Progress } from './progressClock.js';
export { universalStyleTransfer, type UniversalStyleTransferOptions } from './universalStyleTransfer.js';
export { prepareContent, type PrepareContentOptions } from './universalContent.js';
export { styleOperators, type StyleOperatorsOptions } from './universalStyles.js';
export { synthesizeTexture, type SynthesizeTextureOptions } from './universalTexture.js';
export type { PreparedContent, StyleOperators, UniversalSettings, UniversalStyleChoice } from './universalSettings.js';
export type { UniversalPhase, UniversalProgress } from './universalProgress.js';
