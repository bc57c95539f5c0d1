export { stylize, stylizeSteps } from './stylize.js';
export type { StylizeOptions, StylizeResult, StylizeSettings, StylizeStep } from './stylize.js';
export { gatysObjective, type ObjectiveOptions, type StyleChoice } from './gatysObjective.js';
export { presets, type LayerWeights, type PresetName, type Recipe } from './presets.js';
export type { Progress } from './progressClock.js';
