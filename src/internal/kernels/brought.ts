import type { ColumnProducts } from './columnProducts.js';

/**
 * What is faster once a network brought it along. Gram matrices and moments find it here, so that whoever imports `gramMatrix` alone
 * need not carry the program of our own loops.
 */
export const brought: Partial<ColumnProducts> = {};
