import { convFootprint } from '../internal/kernels/conv.js';
import type { Footprint } from '../internal/kernels/op.js';
import { poolFootprint } from '../internal/kernels/pool.js';
import { reluFootprint } from '../internal/kernels/relu.js';
import { type Architecture, blockChannels } from './architectures.js';
import type { VggPlan } from './buildVgg.js';

/** A layer as far as its memory goes. Plain data. */
export interface LayerOutline extends Footprint {
  /** Its name; one that starts with `_` cannot be asked for. */
  readonly name: string;
}

/** The outline of a layer that exists. */
export function outlineOf(name: string, footprint: Footprint): LayerOutline {
  const { cost, channels, sides, gradientReads, gradientCopies, forwardCopies } = footprint;
  return {
    name,
    cost,
    ...(channels === undefined ? {} : { channels }),
    ...(sides === undefined ? {} : { sides }),
    gradientReads,
    gradientCopies,
    ...(forwardCopies === undefined ? {} : { forwardCopies }),
  };
}

/** The outline of a VGG network that nobody has built: `width` channels in the first block, RGB in. */
export function vggOutline<A extends Architecture>(plan: VggPlan<A>, width: number): LayerOutline[] {
  let input = 3;
  return plan.layers.slice(1).map((name) => {
    if (name.startsWith('relu')) return outlineOf(name, reluFootprint);
    if (name.startsWith('pool')) return outlineOf(name, poolFootprint(plan.pooling, plan.poolRounding));
    const output = (width * blockChannels[Number(name.charAt(4)) - 1]!) / blockChannels[0];
    const outline = outlineOf(name, convFootprint([3, 3, input, output], plan.padding));
    input = output;
    return outline;
  });
}
