import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { autoencoderLevels } from '../../src/index.js';

/** The first pass: an encoder and five decoders from nothing. Numbers with commas are for the levels 1 to 5. */
const fromNothing = {
  levels: '1,2,3,4,5',
  'decoder-steps': '3000,1800,2000,2600,2800',
  noise: '0,0,0,1.5,1.5',
  variation: '0,0,0,0,0',
  lift: '0.6',
};

/** The second: decoders of a file unlearn the weave that transformed features get in plain places. */
const fromFile = {
  levels: '2,3,4,5',
  'decoder-steps': '800,800,1000,800,800',
  noise: '0,0.4,0.4,1.5,1.5',
  variation: '0,6,6,6,6',
  lift: '0',
};

/** What the command line of train-slim.ts asks for, checked. */
export function trainSlimOptions() {
  const { values: given } = parseArgs({
    options: {
      teachers: { type: 'string' },
      from: { type: 'string' },
      levels: { type: 'string' },
      lift: { type: 'string' },
      out: { type: 'string', default: path.join('out', 'slim.safetensors') },
      'encoder-steps': { type: 'string', default: '3200' },
      'decoder-steps': { type: 'string' },
      'encoder-crop': { type: 'string', default: '96' },
      'decoder-crop': { type: 'string', default: '112' },
      batch: { type: 'string', default: '4' },
      noise: { type: 'string' },
      variation: { type: 'string' },
      pool: { type: 'string', default: '800' },
      threads: { type: 'string', default: String(os.availableParallelism()) },
      seed: { type: 'string', default: '0' },
    },
  });
  const { out, from, teachers } = given;
  const values = { ...(from === undefined ? fromNothing : fromFile), ...given };
  if (from === undefined && teachers === undefined)
    throw new Error('--teachers: expected the folder with ust-encoder-3 and ust16x-encoder-{4,5} as .safetensors');

  const whole = (name: keyof typeof values, least = 1): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < least)
      throw new Error(`--${name}: expected a whole number of at least ${least}; got ${values[name]}`);
    return value;
  };

  const lift = Number(values.lift);
  if (!(lift >= 0)) throw new Error(`--lift: expected a number of at least 0; got ${values.lift}`);

  const levels = autoencoderLevels.filter((level) => values.levels.split(',').includes(String(level)));
  if (levels.length !== values.levels.split(',').length)
    throw new Error(`--levels: expected some of ${autoencoderLevels.join(',')}, each once; got ${values.levels}`);
  /** Five numbers, one for each level. */
  const ofLevels = (name: 'noise' | 'variation' | 'decoder-steps', least = 0, kind = 'numbers'): number[] => {
    const numbers = values[name].split(',').map(Number);
    const fits = (value: number): boolean => value >= least && (kind === 'numbers' || Number.isInteger(value));
    if (numbers.length !== 5 || !numbers.every(fits))
      throw new Error(`--${name}: expected five ${kind} of at least ${least}, one for each level; got ${values[name]}`);
    return numbers;
  };

  // Everything that decides what is learned: not the number of threads, nor where files lie.
  const { threads: _, out: __, teachers: ___, ...asked } = values;
  return {
    out,
    from,
    teachers,
    levels,
    decoderSteps: ofLevels('decoder-steps', 1, 'whole numbers'),
    /** See `featureNoise` of `trainDecoder`. */
    noise: ofLevels('noise'),
    /** See `variationWeight` of `trainDecoder`. */
    variation: ofLevels('variation'),
    encoderSteps: whole('encoder-steps'),
    encoderCrop: whole('encoder-crop', 32),
    decoderCrop: whole('decoder-crop', 32),
    batch: whole('batch'),
    poolSize: whole('pool'),
    seed: whole('seed', 0),
    threads: whole('threads'),
    /** How much {@link wake} raises the deepest layer. */
    lift,
    request: { ...asked, ...(from === undefined ? {} : { from: path.basename(from) }) },
  };
}
