import path from 'node:path';
import { defineConfig } from 'vite';

// npm run page serves this page while it is worked on; npm run build:page writes it as static files for any web server.
const root = import.meta.dirname;
const repository = path.resolve(root, '../..');
const folders = 'image|losses|wct|optim|models|pipelines';

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
  worker: { format: 'es' },
  build: {
    outDir: path.join(repository, 'site/page'),
    emptyOutDir: true,
    target: 'es2022',
    // Files stay files: pictures and weights are fetched when they are needed.
    assetsInlineLimit: 0,
    // TensorFlow.js comes in large pieces.
    chunkSizeWarningLimit: 1500,
  },
  server: { fs: { allow: [repository] } },
});
