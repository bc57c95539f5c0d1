import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

export const root = path.resolve(import.meta.dirname, '../..');

/** Ends the program where the package has not been built. */
export function assertBuilt() {
  if (existsSync(path.join(root, 'dist/index.js'))) return;
  console.error('dist/ is not there: run npm run build first');
  process.exit(1);
}

/** Packs the package into a folder; the path of the tarball. */
export function pack(folder) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const output = execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const [{ filename }] = JSON.parse(output);
  return path.join(folder, filename);
}

const begun = performance.now();

/** Says what holds, and when. */
export const ok = (what) => console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(3)} s  ${what}`);
