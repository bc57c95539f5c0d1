import { defineConfig } from 'tsup';

const folders = ['image', 'losses', 'wct', 'optim', 'models', 'pipelines', 'node', 'assets'];

export default defineConfig({
  entry: ['src/index.ts', 'src/assets/node.ts', ...folders.map((folder) => `src/${folder}/index.ts`)],
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  // tsup 8.5.1 hands `baseUrl` to the compiler, which TypeScript 6 reports as TS5101.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  external: [/^node:/, 'sharp'],
  splitting: true,
  // The one use of import.meta stands behind a look at __filename, which CommonJS has; in CommonJS it would not even parse.
  esbuildOptions(options, { format }) {
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': 'undefined' };
  },
  sourcemap: true,
  clean: true,
  treeshake: true,
});
