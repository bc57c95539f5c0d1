import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { findChromium } from './test/_setup/chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    backend: 'cpu' | 'wasm' | 'webgl' | 'webgpu';
    /** Whether a processor plays the GPU: a hundred times slower, so that the longest tests are left to the other backends. */
    software: boolean;
    /** Threads that the wasm backend is started with in a browser. */
    threads: number;
  }
}

const chromium = findChromium();
if (chromium === undefined) {
  const message =
    'No Chromium found: the webgl, webgpu, wasm-browser and wasm-threads projects are left out. ' +
    'Install it (apt-get install -y chromium) or set CHROMIUM=/path/to/chrome.';
  if (process.env['REQUIRE_BROWSER'] === '1') throw new Error(message);
  console.warn(`\n${message}\n`);
}

const folders = 'image|losses|wct|optim|models|pipelines|node|assets';
const aliases = (inNode: boolean) => [
  { find: /^pastiche$/, replacement: path.resolve('src/index.ts') },
  // Like the exports of package.json.
  ...(inNode ? [{ find: /^pastiche\/assets$/, replacement: path.resolve('src/assets/node.ts') }] : []),
  { find: new RegExp(`^pastiche/(${folders})$`), replacement: path.resolve('src/$1/index.ts') },
];

// Files named *.node.test.ts need Node (files, servers): they run on its backends. Those named *.once.test.ts run once: they start
// programs and browsers of their own, or hold no tensors. All others run on every backend, in Node and in Chromium.
const [everywhere, inNode, once] = ['!(*.node|*.once)', '!(*.once)', '*.once'].map((name) => [
  `test/**/${name}.test.ts`,
]);

const node = (name: string, include: string[], backend: 'cpu' | 'wasm'): TestProjectInlineConfiguration => ({
  resolve: { alias: aliases(true) },
  test: {
    name,
    include,
    environment: 'node',
    // One process per project, as in the browser one page: the backend starts once.
    isolate: false,
    setupFiles: ['test/_setup/node.ts'],
    provide: { backend, software: false, threads: 1 },
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});

// The code blocks of README.md, docs/ and the doc comments. Written now, since files are looked for before any set-up runs.
execFileSync(process.execPath, ['scripts/extract-examples.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
const examples: TestProjectInlineConfiguration = {
  resolve: { alias: aliases(true) },
  test: {
    name: 'examples',
    include: ['.examples/*.test.ts'],
    environment: 'node',
    // Each block stands for itself: it has an engine without a backend, as in a program of its own.
    pool: 'vmThreads',
    testTimeout: 60_000,
  },
};

// GPU=1 uses the machine's real GPU; the default is the software renderer, the same everywhere.
const gpu = process.env['GPU'] === '1';

const browser = (
  name: string,
  backend: 'wasm' | 'webgl' | 'webgpu',
  args: string[],
): TestProjectInlineConfiguration => ({
  resolve: { alias: aliases(false) },
  // Everything that the tests import from node_modules is listed, so that Vite does not discover a dependency in the middle of
  // a run and reload the page.
  optimizeDeps: {
    include: ['core', 'converter', 'backend-cpu', 'backend-wasm', 'backend-webgl', 'backend-webgpu'].map(
      (name) => `@tensorflow/tfjs-${name}`,
    ),
  },
  test: {
    name,
    include: everywhere!,
    // One page per project: the backend starts once.
    isolate: false,
    fileParallelism: false,
    setupFiles: ['test/_setup/browser.ts'],
    provide: { backend, software: !gpu && backend !== 'wasm', threads: 1 },
    testTimeout: 240_000,
    hookTimeout: 120_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: chromium!,
          args: ['--no-sandbox', '--disable-gpu-sandbox', '--no-first-run', '--disable-background-networking', ...args],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});

const software = gpu ? [] : ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];
const softwareGpu = gpu ? [] : ['--use-webgpu-adapter=swiftshader'];

// Memory is shared between threads only in a page that its server isolates. A few files: the kernels, and what is made of them.
const threaded = (): TestProjectInlineConfiguration => {
  const { test, ...rest } = browser('wasm-threads', 'wasm', []);
  return {
    ...rest,
    server: {
      headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
    },
    test: {
      ...test,
      include: ['internal/{threads,kernels,sums,probeBackend}', 'models/network', 'losses/losses', 'wct/wct'].map(
        (name) => `test/${name}.test.ts`,
      ),
      provide: { ...test?.provide, threads: 2 },
    },
  };
};

/** One project for each backend, in Node and, where there is one, in Chromium. */
export const backends: TestProjectInlineConfiguration[] = [
  node('cpu', inNode!, 'cpu'),
  node('wasm', inNode!, 'wasm'),
  ...(chromium === undefined
    ? []
    : [
        browser('wasm-browser', 'wasm', []),
        browser('webgl', 'webgl', software),
        browser('webgpu', 'webgpu', [...software, ...softwareGpu, '--enable-unsafe-webgpu']),
      ]),
];

export default defineConfig({
  test: {
    // TensorFlow.js recommends another package under Node. (Its IS_TEST flag would silence it, but on wasm that flag also takes every
    // tensor saved by a customGrad for a leak.)
    onConsoleLog: (log) => (log.includes('looks like you are running TensorFlow.js in Node.js') ? false : undefined),
    reporters: ['default', './test/_setup/summary.ts'],
    coverage: {
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'html', 'lcovonly'],
      // Without ../shared/data and without a browser; threads run in processes of their own and are not counted.
      thresholds: { statements: 95, branches: 91, functions: 92, lines: 95 },
    },
    projects: [...backends, ...(chromium === undefined ? [] : [threaded()]), node('programs', once!, 'wasm'), examples],
  },
});
