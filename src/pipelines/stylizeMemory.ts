import { type TapFootprint, forwardBytes, gradientBytes, valueOutlines } from '../internal/networkBytes.js';
import type { LayerOutline } from '../internal/outline.js';
import type { Size } from '../internal/size.js';

/** What decides how much `stylize` holds at once. */
export interface StylizeRun {
  readonly outline: readonly LayerOutline[];
  readonly contentLayers: readonly string[];
  readonly styleLayers: readonly string[];
  readonly size: Size;
  /** Of the largest style. */
  readonly styleSize: Size;
  readonly historySize: number;
  readonly recompute: boolean;
}

/** Gram matrix, target, their difference and its square. */
const gramBytes = (channels: number): number => 4 * 4 * channels ** 2;
/** Features as a matrix and its transpose; later the gradient before and after it is added. */
const styleTap: TapFootprint = { copies: 2, bytes: gramBytes };
/** The difference, its square, and the square once more as rows. */
const contentTap: TapFootprint = { copies: 3, bytes: () => 0 };
const bothTaps: TapFootprint = { copies: 3, bytes: gramBytes };

/** What L-BFGS measures of a step on wasm: ten sums, of four parts, for each of its rows, which are about the root of a vector. */
const stepSumsBytes = (vectorBytes: number): number => 4 * 40 * Math.sqrt(vectorBytes / 4);

/** Vectors of L-BFGS beside the pairs, during an evaluation: start, point, best, gradient, direction, and the trial in two shapes. */
const vectorsBesidePairs = 7;

/**
 * The most bytes of tensors that `stylize` holds at once, beside pictures and weights that it is given:
 * `targets + max(looking at a style, vectors of the optimiser + forward and back through the network)`.
 */
export function stylizeMemory(run: StylizeRun) {
  const { outline, size, styleSize, historySize, recompute } = run;
  const positions = (layers: readonly string[]): Set<number> =>
    new Set(layers.map((layer) => outline.findIndex(({ name }) => name === layer) + 1));
  const [content, style] = [positions(run.contentLayers), positions(run.styleLayers)];
  const values = valueOutlines(outline, size);
  const picture = values[0]!.bytes;
  const bytesOf = (among: readonly { bytes: number }[], wanted: ReadonlySet<number>): number =>
    among.reduce((sum, { bytes }, i) => (wanted.has(i) ? sum + bytes : sum), 0);
  const grams = [...style].reduce((sum, i) => sum + 4 * values[i]!.channels ** 2, 0);

  const seen = valueOutlines(outline.slice(0, Math.max(0, ...style)), styleSize);
  const widest = Math.max(0, ...[...style].map((i) => seen[i]!.bytes));
  const forward = forwardBytes(outline.slice(0, seen.length - 1), seen, (i) => style.has(i));
  // The content at its level and the style at its own, then its features and one of them as a matrix and its transpose.
  const styles = picture + seen[0]!.bytes + Math.max(forward, bytesOf(seen, style) + 2 * widest);

  const taps = new Map([...content, ...style].map((i) => [i, styleTap]));
  for (const i of content) taps.set(i, style.has(i) ? bothTaps : contentTap);
  const network = taps.size === 0 ? 0 : gradientBytes(outline, size, taps, recompute);
  const optimizer = (2 * historySize + vectorsBesidePairs) * picture + stepSumsBytes(picture);
  const targets = bytesOf(values, content) + grams;
  return { bytes: targets + Math.max(styles, optimizer + network), network, optimizer, targets, styles };
}
