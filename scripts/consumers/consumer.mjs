import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { assertBuilt, ok, pack, root } from '../support/package.mjs';

/* A project of somebody else, in an empty folder, with the packed package and TensorFlow.js installed. */

const { name, exports, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
export { exports, name };

assertBuilt();
export const folder = mkdtempSync(path.join(tmpdir(), 'consumer-'));

/** Runs a command in the folder. */
export const sh = (command, args) =>
  execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Writes a file into the folder. */
export const put = (file, text) => writeFileSync(path.join(folder, file), text);

export function install() {
  const tarball = pack(folder);
  put('package.json', '{ "name": "consumer", "private": true, "type": "module" }');
  const version = devDependencies['@tensorflow/tfjs-core'];
  const peers = ['core', 'converter', 'backend-cpu'].map((part) => `@tensorflow/tfjs-${part}@${version}`);
  sh('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefer-offline', tarball, ...peers]);
  ok('packed and installed');
}
