import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { chromium as playwright } from 'playwright';
import webpack from 'webpack';
import { findChromium } from '../../test/_setup/chromium.ts';
import { ok, root } from '../support/package.mjs';
import { folder, put, sh } from './consumer.mjs';
import { importLines, script } from './program.mjs';

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

/** The program in bundles of esbuild, Vite and webpack, run in Chromium where there is one. */
export async function bundles() {
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
  const chromium = findChromium();
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
