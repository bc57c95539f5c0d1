// Packs dist/ (npm run build first), installs the tarball in an empty folder and uses it as others will: Node ESM, Node CJS, browser
// bundles by Vite, webpack and esbuild, and TypeScript under three module resolutions. Each must get one TensorFlow.js engine and the right
// numbers from tf.grad. Takes under a minute: npm run check:consumers
import { rmSync } from 'node:fs';
import { bundles } from './consumers/bundles.mjs';
import { folder, install } from './consumers/consumer.mjs';
import { node } from './consumers/node.mjs';
import { typescript } from './consumers/typescript.mjs';

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
