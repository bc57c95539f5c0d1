import { hash } from '../../noise.js';
import { material } from '../materials.js';
import { moodColor } from '../palettes.js';
import { cover, type Picture } from '../picture.js';
import type { Studio } from '../studio.js';
import { tileAt } from '../tiles.js';

/** Cells around scattered points: paving, stained glass, giraffe skin, cracked mud. */
export function mosaic(target: Picture, studio: Studio): void {
  const { chance, mood, size } = studio;
  const cell = size * chance.octaves(0.05, 0.3);
  const seed = chance.whole(1, 1e6);
  const jitter = chance.between(0.3, 1);
  const colors = Array.from({ length: chance.whole(2, 10) }, () => moodColor(chance, mood));
  const joint = chance.yes(0.65) ? chance.between(0.01, 0.14) : 0;
  const jointColor = moodColor(chance, mood, chance.yes(0.7) ? chance.between(0.03, 0.3) : undefined);
  const dome = chance.yes(0.5) ? chance.between(0.1, 0.7) : 0;
  const warpTile = studio.cloudy();
  const warp = chance.yes(0.6) ? chance.between(0, 0.4) : 0;
  const stretch = chance.octaves(0.5, 2);
  const surface = material(studio, [0.5, 0.5, 0.5]);
  const texture = chance.between(0, 1);
  const under = new Float32Array(3);
  cover(target, (px, py, into) => {
    const bend = warp === 0 ? 0 : warp * tileAt(warpTile, px / 2, py / 2);
    const x = px / cell + bend;
    const y = (py / cell) * stretch - bend;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    let [first, second, owner] = [9, 9, 0];
    for (let j = row - 1; j <= row + 1; j++) {
      for (let i = column - 1; i <= column + 1; i++) {
        const dx = i + 0.5 + jitter * (hash(i, j, seed) - 0.5) - x;
        const dy = j + 0.5 + jitter * (hash(i, j, seed + 1) - 0.5) - y;
        const square = dx * dx + dy * dy;
        if (square < first) {
          second = first;
          first = square;
          owner = hash(i, j, seed + 2);
        } else if (square < second) second = square;
      }
    }
    const gap = Math.sqrt(second) - Math.sqrt(first);
    const inside = joint === 0 ? 1 : Math.min(1, Math.max(0, ((gap - joint) * cell) / 1.5));
    surface(px, py, under);
    const color = colors[Math.floor(owner * colors.length)]!;
    const shade = (1 - dome * first) * (0.85 + 0.3 * ((owner * 7919) % 1));
    for (let c = 0; c < 3; c++) {
      const body = color[c]! * shade * (1 - texture + 2 * texture * under[c]!);
      into[c] = jointColor[c]! + (body - jointColor[c]!) * inside;
    }
  });
}
