/**
 * L-BFGS for tensors of any shape.
 *
 * @module
 */
export { lbfgs } from './lbfgs.js';
export { lbfgsSteps } from './lbfgsSteps.js';
export type { LbfgsSnapshot } from './snapshot.js';
export type { LbfgsStatus } from './status.js';
export type { InitialStep, LbfgsBounds, LbfgsOptions, LbfgsResult, LbfgsStep } from './types.js';
