import { program } from './networkProgram.js';
import { type OwnLoops, ownLoops } from './ownLoops.js';

/** How many tiles, where the picture's rows and columns lie, the length of a position, and the matrices' addresses. */
type Tiling = [rows: number, columns: number, down: number, across: number, length: number, table: number];

/** -1 for the part above the diagonal alone, 0 for all; and where to. */
type OuterTo = [above: -1 | 0, out: number];

/** What network.wat exports. Addresses and lengths in bytes. */
interface NetworkLoops extends OwnLoops {
  winogradInput(x: number, ...tiling: Tiling): void;
  winogradGradient(dy: number, ...tiling: Tiling): void;
  winogradOutput(...args: [y: number, ...tiling: Tiling, bias: number, least: number]): void;
  addOuterProducts(...args: [a: number, b: number, rows: number, aLength: number, bLength: number, ...OuterTo]): void;
  lessShift(x: number, rows: number, length: number, shift: number, out: number, sums: number): void;
  mirror(matrix: number, length: number): void;
}

/** The loops over a network's pictures and features, where they can run. */
export const networkLoops = /* @__PURE__ */ ownLoops(program) as () => NetworkLoops | undefined;
