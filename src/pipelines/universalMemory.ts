import { forwardBytes, valueOutlines } from '../internal/networkBytes.js';
import type { LayerOutline } from '../internal/outline.js';
import type { Size } from '../internal/size.js';
import type { AutoencoderOutline } from '../models/index.js';
import { halo, keptPerPixel, tileRows } from './universalMoments.js';
import { type Rectangle, grow, shrink, tilesOf } from './universalTiles.js';

/** What decides how much `universalStyleTransfer` holds at once. */
export interface UniversalRun {
  readonly levels: readonly AutoencoderOutline[];
  /** Of the content, as large as the levels need it. */
  readonly size: Size;
  /** Of every style that is a picture. */
  readonly styleSizes: readonly Size[];
  readonly tileSize: number;
  readonly regions: number;
}

const picture = ([h, w]: Size): number => 4 * h * w * 3;
const largest = (rectangles: readonly Rectangle[]): Size => [
  Math.max(...rectangles.map(({ height }) => height)),
  Math.max(...rectangles.map(({ width }) => width)),
];

/** A network on its way forward, with what goes in. */
function passBytes(layers: readonly LayerOutline[], size: Size, channels: number): number {
  const values = valueOutlines(layers, size, channels);
  return values[0]!.bytes + forwardBytes(layers, values, () => false);
}

/** Copies of the rows whose moments are computed at once. */
const rowCopies = 8;

/** The most bytes at one level while it looks at a picture, and while it changes one. */
function levelMemory(level: AutoencoderOutline, size: Size, tileSize: number) {
  const { encoder, decoder } = level.outline!;
  const tiles = tilesOf(size, tileSize, level.stride).flat();
  const margin = (by: number): Size => largest(tiles.map((tile) => grow(tile, by * halo(level), size)));
  const featuresOf = (sides: Size) => valueOutlines(encoder, sides).at(-1)!;
  const { channels, bytes: all } = featuresOf(size);
  const kept = tiles.length === 1 || all <= 4 * keptPerPixel * tileSize ** 2;
  const whole = kept ? all : 0;
  const [tile, outer] = [featuresOf(margin(0)).bytes, featuresOf(margin(1)).bytes];
  const [rest, together] = tiles.length === 1 ? [0, 2] : [whole, 3];
  // Encoding a tile beside those before it; the moments of its features; all of them put together by rows, then at once.
  const before = kept ? whole - tile : 0;
  const rows = Math.min(tile, 4 * channels * tileRows(channels));
  const measuring = before + tile + rowCopies * rows;
  const looking = Math.max(before + passBytes(encoder, margin(1), 3), measuring, together * whole);
  const [height, width] = margin(1);
  const inner = shrink({ top: 0, left: 0, height, width }, level.stride);
  const encoding = kept ? whole + outer : passBytes(encoder, margin(2), 3);
  const decoding = rest + passBytes(decoder, [inner.height, inner.width], channels);
  const changing = Math.max(encoding, rest + 2 * outer, decoding) + picture(size);
  return { looking, changing: Math.max(looking, changing, together * picture(size)) };
}

/**
 * The most bytes of tensors that `universalStyleTransfer` holds at once, beside pictures and weights that it is given: pictures in
 * the size of the work, and the level that takes most, either at a style or at the content.
 */
export function universalMemory({ levels, size, styleSizes, tileSize, regions }: UniversalRun) {
  const pictures = 2 * picture(size) + styleSizes.reduce((sum, style) => sum + picture(style), 0);
  const masks = (2 * regions * picture(size)) / 3;
  const network = Math.max(
    ...levels.flatMap((level) => [
      levelMemory(level, size, tileSize).changing,
      ...styleSizes.map((style) => picture(style) + levelMemory(level, style, tileSize).looking),
    ]),
  );
  return { bytes: pictures + masks + network, network, pictures: pictures + masks };
}
