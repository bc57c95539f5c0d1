import type { Footprint } from './kernels/op.js';

/** A layer of a network as far as its memory goes. Plain data. */
export interface LayerOutline extends Footprint {
  /** Its name; one that starts with `_` cannot be asked for. */
  readonly name: string;
}

/** The outline of a layer. */
export function outlineOf(name: string, footprint: Footprint): LayerOutline {
  const { cost, channels, sides, gradientReads, gradientCopies, pastRelu, forwardCopies, weightBytes, work } =
    footprint;
  const sometimes = Object.entries({ channels, sides, pastRelu, forwardCopies, weightBytes, work }).filter(
    ([, v]) => v !== undefined,
  );
  return { name, cost, gradientReads, gradientCopies, ...(Object.fromEntries(sometimes) as Partial<Footprint>) };
}
