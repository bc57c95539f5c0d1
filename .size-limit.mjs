// Bytes gzipped, minified by esbuild, without TensorFlow.js (a peer). npm run build first.
const esbuild = (config) => ({
  ...config,
  // As bundlers of our users do; size-limit's own choice adds a shim for require().
  format: 'esm',
  // Chunks that are imported for nothing: "sideEffects": false lets esbuild drop them.
  logOverride: { 'ignored-bare-import': 'silent' },
});
const size = (name, limit, entry, names) => ({
  name,
  path: `dist/${entry}`,
  ...(names === undefined ? {} : { import: `{ ${names} }` }),
  limit,
  gzip: true,
  modifyEsbuildConfig: esbuild,
});

export default [
  size('gramMatrix', '2 kB', 'losses/index.js', 'gramMatrix'),
  size('lbfgs', '13 kB', 'optim/index.js', 'lbfgs'),
  size('wct', '7.5 kB', 'wct/index.js', 'wct'),
  size('Gatys by hand', '29.2 kB', 'index.js', 'loadVgg, safetensors, insertLossTaps, contentLoss, styleLoss, lbfgs'),
  size('stylize', '36.6 kB', 'index.js', 'loadVgg, safetensors, stylize'),
  size('universalStyleTransfer', '29.8 kB', 'index.js', 'loadAutoencoders, safetensors, universalStyleTransfer'),
  size('pastiche/losses', '6.1 kB', 'losses/index.js'),
  size('pastiche/image', '4.6 kB', 'image/index.js'),
  size('pastiche/optim', '13.2 kB', 'optim/index.js'),
  size('pastiche/wct', '11.3 kB', 'wct/index.js'),
  size('pastiche/models', '46.3 kB', 'models/index.js'),
  size('pastiche/pipelines', '34.4 kB', 'pipelines/index.js'),
  size('everything', '79.4 kB', 'index.js'),
];
