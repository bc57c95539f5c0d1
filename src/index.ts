export * from './types.js';
export * from './errors.js';
export { ensureGradients } from './internal/ensureGradients.js';
