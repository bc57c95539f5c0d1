// Packs dist/ (npm run build first), installs the tarball in an empty folder and uses it as others will: Node ESM, Node CJS, browser
// bundles by Vite, webpack and esbuild, and TypeScript under three module resolutions. Each must get one TensorFlow.js engine and the right
// numbers from tf.grad. Takes under a minute: npm run check:consumers
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { chromium as playwright } from 'playwright';
import webpack from 'webpack';
import { findChromium } from '../test/_setup/chromium.ts';

const root = path.resolve(import.meta.dirname, '..');
if (!existsSync(path.join(root, 'dist/index.js'))) {
  console.error('dist/ is not there: run npm run build first');
  process.exit(1);
}
const folder = mkdtempSync(path.join(tmpdir(), 'consumer-'));
const sh = (command, args, cwd = folder) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const put = (file, text) => writeFileSync(path.join(folder, file), text);
const ok = (what) => console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(3)} s  ${what}`);
const begun = performance.now();

const { name, exports, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const version = devDependencies['@tensorflow/tfjs-core'];
const packages = ['core', 'converter', 'backend-cpu'].map((part) => `@tensorflow/tfjs-${part}`);

const names = {
  losses: ['gramMatrix', 'styleLoss'],
  models: ['insertLossTaps', 'randomVgg'],
};
const importLines = [
  `import * as tf from '@tensorflow/tfjs-core';`,
  `import '@tensorflow/tfjs-backend-cpu';`,
  ...Object.entries(names).map(([from, list]) => `import { ${list.join(', ')} } from '${name}/${from}';`),
].join('\n');
const requireLines = [
  `const tf = require('@tensorflow/tfjs-core');`,
  `require('@tensorflow/tfjs-backend-cpu');`,
  ...Object.entries(names).map(([from, list]) => `const { ${list.join(', ')} } = require('${name}/${from}');`),
].join('\n');

// Valid TypeScript and, with its few type arguments taken out, JavaScript.
const program = `
function near(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const wrong = Array.from(expected).some((value, i) => !(Math.abs(actual[i]! - value) <= tolerance * Math.abs(value)));
  if (wrong || actual.length !== expected.length) {
    throw new Error(what + ': expected ' + Array.from(expected).join() + '; got ' + Array.from(actual).join());
  }
}
type Map4 = tf.Tensor4D;

export async function check(): Promise<string> {
  await tf.ready();
  // F = [1 2; 1 2; 3 4; 3 4], G = F^T F = [20 28; 28 40]: by hand, d sum(G) / dF = 2 F 1 and d |G|^2 / dF = 4 F G.
  const features: Map4 = tf.tensor4d([1, 2, 1, 2, 3, 4, 3, 4], [1, 2, 2, 2]);
  const gram = gramMatrix(features, { normalization: 'none' });
  if (!(gram instanceof tf.Tensor)) throw new Error('two copies of Tensor, hence two engines');
  near('gramMatrix', gram.dataSync(), [20, 28, 28, 40], 1e-6);
  const ofGram = tf.grad((x: tf.Tensor) => tf.sum(gramMatrix(x as Map4, { normalization: 'none' })))(features);
  near('tf.grad of gramMatrix', ofGram.dataSync(), [6, 6, 6, 6, 14, 14, 14, 14], 1e-5);
  const distance = styleLoss(tf.zeros<tf.Rank.R4>([1, 1, 1, 2]), { normalization: 'none', reduction: 'sum' });
  const slope = tf.grad((x: tf.Tensor) => distance(tf.mul(x, 1) as Map4))(features);
  near('tf.grad of styleLoss', slope.dataSync(), [304, 432, 304, 432, 688, 976, 688, 976], 1e-5);

  // Through a network: against central differences along the gradient.
  const network = randomVgg({ seed: 1, width: 4, upTo: 'relu2_1' });
  const picture: Map4 = tf.tensor4d(Float32Array.from({ length: 8 * 8 * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i)), [1, 8, 8, 3]);
  const taps = insertLossTaps(network, [
    { layer: 'relu1_1', loss: distance0(network, picture), weight: 2 },
    { layer: 'relu2_1', loss: (x: Map4) => tf.mean<tf.Scalar>(tf.square(x)) },
  ]);
  const plain = (x: Map4): tf.Scalar => {
    const maps = network.features(x, ['relu1_1', 'relu2_1']);
    return tf.add(tf.mean(tf.square(maps.relu1_1)), tf.mean(tf.square(maps.relu2_1)));
  };
  for (const [what, f] of [['insertLossTaps', taps], ['features', plain]] as [string, (x: Map4) => tf.Scalar][]) {
    const grad = tf.grad((x: tf.Tensor) => f(x as Map4))(picture);
    const size = tf.norm(grad).dataSync()[0]!;
    const at = (step: number): number => f(tf.add(picture, tf.mul(grad, step / size)) as Map4).dataSync()[0]!;
    near('tf.grad of ' + what, [size], [(at(1e-3) - at(-1e-3)) / 2e-3], 2e-2);
  }
  const closed = taps.valueAndGrad(picture);
  near('valueAndGrad', closed.grad.dataSync(), tf.grad((x: tf.Tensor) => taps(x as Map4))(picture).dataSync(), 1e-3);
  return 'right numbers';
}

function distance0(network: ReturnType<typeof randomVgg>, picture: Map4) {
  const half = tf.mul(picture, 0.5) as Map4;
  return styleLoss(network.features(half, ['relu1_1']).relu1_1);
}
`;
/** The JavaScript of the program, by esbuild. */
const esbuild = createRequire(createRequire(path.join(root, 'package.json')).resolve('tsup'))('esbuild');
const script = esbuild.transformSync(program, { loader: 'ts', format: 'esm', target: 'es2022' }).code;
const run = `\ncheck().catch((error) => { console.error(error); process.exit(1); });\n`;

function install() {
  const [{ filename }] = JSON.parse(
    sh('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
  );
  put('package.json', '{ "name": "consumer", "private": true, "type": "module" }');
  const from = packages.map((part) => `${part}@${version}`);
  sh('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefer-offline', `./${filename}`, ...from]);
  ok('packed and installed');
}

function node() {
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

const chromium = findChromium();

/** With webpack's defaults for a browser; development, since only there does its output keep names to count. */
async function webpackBundle() {
  const compiler = webpack({
    context: folder,
    mode: 'development',
    devtool: false,
    entry: './main.js',
    output: { path: path.join(folder, 'webpack'), filename: 'bundle.js' },
  });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  await new Promise((resolve) => {
    compiler.close(resolve);
  });
  if (stats.hasErrors()) throw new Error(`webpack: ${stats.toString({ all: false, errors: true })}`);
}

async function bundles() {
  put('main.js', `${importLines}${script}\nglobalThis.check = check;\n`);
  esbuild.buildSync({
    absWorkingDir: folder,
    entryPoints: ['main.js'],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    outfile: 'esbuild/bundle.js',
    logLevel: 'error',
  });
  const lib = `{ entry: 'main.js', formats: ['es'], fileName: () => 'bundle.js' }`;
  put('vite.config.mjs', `export default { build: { outDir: 'vite', minify: false, lib: ${lib} } };`);
  sh('node', [path.join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error']);
  await webpackBundle();
  const browser = chromium && (await playwright.launch({ executablePath: chromium, args: ['--no-sandbox'] }));
  try {
    for (const tool of ['esbuild', 'vite', 'webpack']) {
      const text = readFileSync(path.join(folder, tool, 'bundle.js'), 'utf8');
      const engines = text.match(/_tfengine = new Engine/g)?.length ?? 0;
      if (engines !== 1) throw new Error(`${tool}: expected one engine in the bundle; got ${engines}`);
      // webpack keeps everything in development.
      const unused = ['lbfgsSteps', 'universalStyleTransfer', 'downloadWeights'].filter((name) =>
        // Not the name alone, which messages give as advice.
        new RegExp(`function\\*? ${name}\\(`).test(text),
      );
      if (tool !== 'webpack' && unused.length > 0) throw new Error(`${tool}: the bundle holds ${unused.join(', ')}`);
      if (!browser) continue;
      const page = await browser.newPage();
      await page.addScriptTag({ content: text, type: 'module' });
      await page.waitForFunction('globalThis.check !== undefined');
      await page.evaluate('globalThis.check()');
    }
  } finally {
    await browser?.close();
  }
  ok(
    `bundles by esbuild, Vite and webpack: one engine each, ${browser ? 'right numbers in Chromium' : 'not run (no Chromium)'}`,
  );
}

function typescript() {
  put('use.ts', importLines + program);
  put('use.cts', importLines + program);
  const base = { noEmit: true, strict: true, skipLibCheck: true, target: 'es2022', lib: ['es2022', 'dom'], types: [] };
  for (const [moduleResolution, module] of [
    ['bundler', 'esnext'],
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
  ]) {
    const files = moduleResolution === 'bundler' ? ['use.ts'] : ['use.ts', 'use.cts'];
    put('tsconfig.json', JSON.stringify({ compilerOptions: { ...base, module, moduleResolution }, files }));
    sh('node', [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
    ok(`TypeScript: ${moduleResolution}`);
  }
}

try {
  install();
  node();
  await bundles();
  typescript();
} catch (error) {
  console.error(error.stdout ?? '', error.stderr ?? '', error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
