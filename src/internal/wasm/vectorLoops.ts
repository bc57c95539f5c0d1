import { type OwnLoops, ownLoops } from './ownLoops.js';
import { program } from './vectorsProgram.js';

/** What vectors.wat exports. Addresses and lengths in bytes. */
interface VectorLoops extends OwnLoops {
  rowDots(a: number, b: number, g: number, rows: number, length: number, out: number, other: number): void;
  stepSums(d: number, g: number, b: number, y: number, rows: number, length: number, out: number): void;
  // prettier-ignore
  combine(
    h: number, t: number, i: number, u: number, j: number, v: number, k: number, w: number, l: number, x: number,
    length: number, out: number,
  ): void;
}

/** The loops over an optimiser's vectors, where they can run. */
export const vectorLoops = /* @__PURE__ */ ownLoops(program) as () => VectorLoops | undefined;
