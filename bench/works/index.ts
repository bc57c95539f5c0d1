import type { Work } from '../types.js';
import { bytes } from './bytes.js';
import { cascade } from './cascade.js';
import { closure } from './closure.js';
import { converge } from './converge.js';
import { growth } from './growth.js';
import { lbfgs } from './lbfgs.js';
import { load } from './load.js';
import { operations } from './operations.js';

/** All works, in the order of the page. */
export const works: readonly Work[] = [closure, lbfgs, converge, operations, cascade, load, growth, bytes];
