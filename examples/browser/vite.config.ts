import path from 'node:path';
import { type Plugin, defineConfig } from 'vite';

// npm run page serves this page while it is worked on; npm run build:page writes it as static files for any web server.
const root = import.meta.dirname;
const repository = path.resolve(root, '../..');
const folders = 'image|losses|wct|optim|models|pipelines|assets';

/**
 * The wasm backend starts its threads from the text of a function of its own. A minifier makes that text refer to a renamed
 * variable outside of it: this takes the variable away. It names the script's file, which the threads never ask for.
 */
const textOfThreads: Plugin = {
  name: 'text-of-threads',
  transform: (code, id) =>
    id.includes('tfjs-backend-wasm-threaded-simd.js')
      ? code.replace('typeof _scriptDir !== "undefined" && _scriptDir', 'false').replace('||_scriptDir,', ',')
      : undefined,
};

// A page that is isolated from others may share memory between threads. Sites that cannot send these headers have one thread.
const isolation = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

export default defineConfig({
  root,
  // Relative, so that the page works in any folder of a site.
  base: './',
  resolve: {
    alias: [
      { find: /^pastiche$/, replacement: path.join(repository, 'src/index.ts') },
      { find: new RegExp(`^pastiche/(${folders})$`), replacement: path.join(repository, 'src/$1/index.ts') },
    ],
  },
  // Backends are loaded when they are chosen, from the worker.
  worker: { format: 'es', plugins: () => [textOfThreads] },
  build: {
    outDir: path.join(repository, 'site/page'),
    emptyOutDir: true,
    target: 'es2022',
    // Files stay files: pictures and weights are fetched when they are needed.
    assetsInlineLimit: 0,
    // TensorFlow.js comes in large pieces.
    chunkSizeWarningLimit: 1500,
  },
  server: { fs: { allow: [repository] }, headers: isolation },
  preview: { headers: isolation },
});
