import { keepRule } from './keepRule.js';
import type { LayerOutline } from './outline.js';
import type { Size } from './size.js';

/* How much a network holds at once: goes through its outline as the network itself goes through its layers. No tensors. */

/** A value of a network. */
export interface ValueOutline {
  readonly sides: Size;
  readonly channels: number;
  readonly bytes: number;
}

const valueOf = (sides: Size, channels: number): ValueOutline => ({
  sides,
  channels,
  bytes: 4 * sides[0] * sides[1] * channels,
});

/** Every value of a network: 0 is what goes in, `i` the output of layer `i - 1`. */
export function valueOutlines(outline: readonly LayerOutline[], sides: Size, channels = 3): ValueOutline[] {
  const scale = {
    halved: (side: number) => Math.floor(side / 2),
    'halved-up': (side: number) => Math.ceil(side / 2),
    doubled: (side: number) => 2 * side,
  };
  const values = [valueOf(sides, channels)];
  for (const layer of outline) {
    const { sides: before, channels: input } = values.at(-1)!;
    const after = layer.sides === undefined ? before : (before.map(scale[layer.sides]) as unknown as Size);
    values.push(valueOf(after, layer.channels ?? input));
  }
  return values;
}

/** Of all weights. A layer that several networks share counts once. */
export const weightBytes = (layers: readonly LayerOutline[]): number =>
  [...new Set(layers)].reduce((sum, layer) => sum + (layer.weightBytes ?? 0), 0);

const workBytes = ({ work }: LayerOutline, { bytes }: ValueOutline): number =>
  work === undefined ? 0 : Math.min(work.copies * bytes, work.most);

/** The most bytes at once on the way forward: what `keep` names and the layer at work, without what goes in. */
export function forwardBytes(
  outline: readonly LayerOutline[],
  values: readonly ValueOutline[],
  keep: (position: number) => boolean,
): number {
  let [kept, passing, peak] = [0, 0, 0];
  outline.forEach((layer, i) => {
    const output = values[i + 1]!.bytes;
    // A convolution that nobody asks for and the relu after it are one kernel.
    const fused = layer.cost === 'elementwise' && i > 0 && !keep(i);
    const beside = (layer.forwardCopies ?? 0) * values[i]!.bytes + workBytes(layer, values[i]!);
    if (!fused) peak = Math.max(peak, kept + passing + beside + output);
    passing = keep(i + 1) ? 0 : output;
    kept += keep(i + 1) ? output : 0;
  });
  return peak;
}

/** What the losses after a layer make at once: tensors of the features' size, and bytes that the channels decide. */
export interface TapFootprint {
  readonly copies: number;
  readonly bytes: (channels: number) => number;
}

/** The most bytes at once in `imageGradient`, without the picture. The taps are by position. */
export function gradientBytes(
  outline: readonly LayerOutline[],
  sides: Size,
  taps: ReadonlyMap<number, TapFootprint>,
  recompute: boolean,
): number {
  const deepest = Math.max(...taps.keys());
  const layers = outline.slice(0, deepest);
  const values = valueOutlines(layers, sides);
  const keep = keepRule({ layers, tapped: new Set(taps.keys()), deepest, recompute });
  const size = (i: number): number => values[i]!.bytes;
  const again = (i: number): number => (keep(i) ? 0 : size(i));
  let alive = values.reduce((sum, { bytes }, i) => (i > 0 && keep(i) ? sum + bytes : sum), 0);
  let peak = forwardBytes(layers, values, keep);
  for (let i = deepest, next; ; i = next) {
    const gradient = i === deepest ? 0 : size(i);
    const tap = taps.get(i);
    if (tap !== undefined) {
      const work = tap.copies * size(i) + tap.bytes(values[i]!.channels);
      peak = Math.max(peak, alive + again(i) + gradient + work);
    }
    if (i === 0) return peak;
    const { gradientReads, gradientCopies, pastRelu } = layers[i - 1]!;
    const reread = (gradientReads.includes('x') ? again(i - 1) : 0) + (gradientReads.includes('y') ? again(i) : 0);
    const made = gradientCopies * size(i - 1) + workBytes(layers[i - 1]!, values[i - 1]!);
    peak = Math.max(peak, alive + reread + size(i) + made);
    next = pastRelu === true && layers[i - 2]?.cost === 'elementwise' && !taps.has(i - 1) ? i - 2 : i - 1;
    for (let position = i; position > next; position--) alive -= keep(position) ? size(position) : 0;
  }
}
