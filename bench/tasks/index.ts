import { cascade } from './cascade.js';
import { closure } from './closure.js';
import { converge } from './converge.js';
import { operation } from './operation.js';
import { overhead } from './overhead.js';
import { readWeights } from './readWeights.js';

/** What a participant can be told to do, by name. */
export const tasks = { cascade, closure, converge, operation, overhead, readWeights };
