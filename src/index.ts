/**
 * Everything but `pastiche/node`, in one import.
 *
 * @module pastiche
 */
export * from './types.js';
export * from './errors.js';
export { ensureGradients } from './internal/ensureGradients.js';
export { probeBackend, type BackendProbe, type Capability } from './internal/probeBackend.js';
export { restartBackend } from './internal/restartBackend.js';
export * from './image/index.js';
export * from './losses/index.js';
export * from './models/index.js';
export * from './optim/index.js';
export * from './wct/index.js';
export * from './pipelines/index.js';
