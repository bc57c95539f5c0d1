import type { Footprint } from './kernels/op.js';

/** What decides which values of a network are kept for the way back. Positions: 0 is the picture, `i` the output of layer `i - 1`. */
export interface KeepingPlan {
  readonly layers: readonly Footprint[];
  /** Positions whose features somebody asks for. */
  readonly tapped: ReadonlySet<number>;
  readonly deepest: number;
  /** Keep outputs of costly layers only, and compute those of cheap ones again. */
  readonly recompute: boolean;
}

/**
 * Which outputs the forward pass keeps: those that a tap or a gradient will read, except where computing them again from another
 * kept one is cheaper than to hold them. A relu always is; pools, and the convolution that sees the picture, with `recompute`.
 */
export function keepRule({ layers, tapped, deepest, recompute }: KeepingPlan): (position: number) => boolean {
  const reads = (layer: number, what: 'x' | 'y'): boolean => layers[layer]?.gradientReads.includes(what) ?? false;
  const isRead = (i: number): boolean =>
    tapped.has(i) || (i > 0 && reads(i - 1, 'y')) || (i < deepest && reads(i, 'x'));
  const isCheap = ({ cost }: Footprint): boolean => cost === 'elementwise' || (recompute && cost === 'low');
  const keep = (i: number): boolean => {
    if (i === 0 || i === deepest) return true;
    let from = i;
    while (from > 0 && isCheap(layers[from - 1]!)) from -= 1;
    return isRead(i) && (from === i || !keep(from));
  };
  return keep;
}
