import { short } from './words.js';

/** A thirtieth to thirty, and 1 at the middle of the slider. */
export const styleFactorOf = (position: number): number => 30 ** ((position - 20) / 20);

/** What a slider shows of its value, by `data-unit` in index.html. */
export const shown: Readonly<Record<string, (value: number) => string>> = {
  percent: (value) => `${value} %`,
  factor: (value) => `× ${short(styleFactorOf(value))}`,
  pixels: (value) => `${value} px`,
  levels: (value) => (value === 1 ? '1 level' : `${value} levels`),
  count: String,
};
