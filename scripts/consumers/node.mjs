import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { ok } from '../support/package.mjs';
import { exports, folder, name, put, sh } from './consumer.mjs';
import { importLines, requireLines, script } from './program.mjs';

const run = `\ncheck().catch((error) => { console.error(error); process.exit(1); });\n`;

/** The program as an ES module, in CommonJS, and both in one process; and every entry point. */
export function node() {
  put('esm.mjs', importLines + script + run);
  sh('node', ['esm.mjs']);
  put('cjs.cjs', requireLines + script.replace(/export\s*\{[^}]*\};?/, '') + run);
  sh('node', ['cjs.cjs']);
  // The others are data.
  const entries = Object.keys(exports).filter((entry) => !/\.(json|safetensors)$/.test(entry));
  const all = entries.map((entry) => `${name}${entry.slice(1)}`);
  put('all.mjs', all.map((entry) => `await import('${entry}');`).join('\n'));
  put('all.cjs', all.map((entry) => `require('${entry}');`).join('\n'));
  sh('node', ['all.mjs']);
  sh('node', ['all.cjs']);
  put(
    'both.mjs',
    `import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { gramMatrix as a } from '${name}/losses';
const { gramMatrix: b } = createRequire(import.meta.url)('${name}/losses');
const x = tf.ones([1, 2, 2, 3]);
if (!(a(x) instanceof tf.Tensor && b(x) instanceof tf.Tensor)) throw new Error('ESM and CJS have an engine each');`,
  );
  sh('node', ['both.mjs']);
  // A stand-in for the optional package webgpu, an ES module like it, that finds no GPU.
  mkdirSync(path.join(folder, 'node_modules/webgpu'), { recursive: true });
  put('node_modules/webgpu/package.json', '{ "name": "webgpu", "type": "module", "main": "index.js" }');
  put(
    'node_modules/webgpu/index.js',
    'export const globals = {}; export const create = () => ({ requestAdapter: async () => null });',
  );
  const noGpu = `enableWebgpu().then(() => { throw new Error('a GPU?'); }, (error) => {
  if (!error.message.includes('no GPU was found')) throw error; });`;
  put('gpu.mjs', `import { enableWebgpu } from '${name}/node';\nawait ${noGpu}`);
  put('gpu.cjs', `const { enableWebgpu } = require('${name}/node');\n${noGpu}`);
  sh('node', ['gpu.mjs']);
  sh('node', ['gpu.cjs']);
  ok(`Node: ESM, CJS and both together; all of ${entries.length} entry points load`);
}
