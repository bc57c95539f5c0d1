import type { StyleOperator } from './styleOperator.js';

/*
 * A style file is a safetensors file: u64 length of the header, JSON header, data, all little-endian. Each operator is three
 * arrays, `<name>/mean`, `<name>/deviation` and `<name>/sqrt`, one after the other; the rest of it stands as JSON text in the
 * header's `__metadata__`.
 */

export const FORMAT = 'pastiche-style';
export const VERSION = '1';
/** Bytes of the header at most: it holds some 300 an operator. */
export const MAX_HEADER = 1 << 20;

/** How the numbers of a style file are stored. */
export const stylePrecisions = ['float32', 'float64'] as const;
/** See {@link stylePrecisions}. */
export type StylePrecision = (typeof stylePrecisions)[number];

/** The arrays of an operator, in the file's order. */
export const arrayNames = ['mean', 'deviation', 'sqrt'] as const;

/** What is not an array. */
export type Summary = Pick<StyleOperator, 'channels' | 'rank' | 'samples'>;

export const shapeOf = (name: (typeof arrayNames)[number], channels: number): number[] =>
  name === 'sqrt' ? [channels, channels] : [channels];
