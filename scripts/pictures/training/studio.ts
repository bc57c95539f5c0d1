import type { Chance } from './chance.js';
import { mood, type Mood } from './palettes.js';
import { noiseTiles, type Tile } from './tiles.js';

/** What one picture is drawn with. */
export interface Studio {
  readonly size: number;
  readonly chance: Chance;
  readonly mood: Mood;
  /** Noise of 128 pixels a side: like photographs, rough, smooth as clouds, and a grain in one direction. Drawn when first asked for. */
  readonly natural: () => Tile;
  readonly rough: () => Tile;
  readonly cloudy: () => Tile;
  readonly grained: () => Tile;
}

const tileSize = 128;

/** Makes a pair of tiles at the first call and hands one of the two out at each. */
function pairOfTiles(make: () => readonly [Tile, Tile]): () => Tile {
  let pair: readonly [Tile, Tile] | undefined;
  let turn = 0;
  return () => (pair ??= make())[turn++ % 2]!;
}

export function studio(chance: Chance, size: number): Studio {
  return {
    size,
    chance,
    mood: mood(chance),
    natural: pairOfTiles(() => noiseTiles(chance, tileSize, chance.between(0.9, 1.4))),
    rough: pairOfTiles(() => noiseTiles(chance, tileSize, chance.between(0.2, 0.8))),
    cloudy: pairOfTiles(() => noiseTiles(chance, tileSize, chance.between(1.5, 2.1))),
    grained: pairOfTiles(() => noiseTiles(chance, tileSize, chance.between(0.7, 1.3), chance.octaves(4, 16))),
  };
}
