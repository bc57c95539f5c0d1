import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { enableWebgpu } from '../../src/node/index.js';
import { relativeL2 } from '../_setup/compare.js';
import { moduleUrl, program } from './_program.js';

const library = moduleUrl('src/index.ts');
const webgpuUrl = moduleUrl('src/node/webgpu.ts');

/** The package is large and optional: `npm install --no-save webgpu` before these tests. */
const isInstalled = (): boolean => {
  try {
    createRequire(import.meta.url).resolve('webgpu');
    return true;
  } catch {
    return false;
  }
};

const start = `
  import * as tf from '@tensorflow/tfjs-core';
  import { enableWebgpu } from ${webgpuUrl};
  const adapter = await enableWebgpu();`;

/** The environment in which a GPU is found: as it is, or with the one that Chromium's Vulkan plays. */
async function findGpu(): Promise<Record<string, string> | undefined> {
  const folder = '/usr/lib/chromium';
  const played = { VK_ICD_FILENAMES: path.join(folder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: folder };
  for (const env of existsSync(played.VK_ICD_FILENAMES) ? [{}, played] : [{}]) {
    const found = await program(`${start} console.log(JSON.stringify(adapter));`, env).catch(() => undefined);
    if (found !== undefined) return env;
  }
  return undefined;
}

const installed = isInstalled();
const gpu = installed ? await findGpu() : undefined;
if (gpu === undefined)
  console.warn(
    installed
      ? 'WebGPU in Node: no GPU was found; its tests are skipped.'
      : 'WebGPU in Node: the package webgpu is not installed (npm install --no-save webgpu); its tests are skipped.',
  );

describe.runIf(gpu !== undefined)('enableWebgpu', () => {
  it('enableWebgpu() says which GPU it is, and gramMatrix, lbfgs and stylize are those of the cpu backend', async () => {
    const work = `
      const numbers = {};
      const gram = gramMatrix(noiseImage([1, 40, 40, 3], { seed: 1 }));
      numbers.gram = Array.from(await gram.data());
      const goal = noiseImage([1, 12, 12, 3], { seed: 2 });
      const { x, status } = await lbfgs(contentLoss(goal), noiseImage([1, 12, 12, 3], { seed: 3 }), { maxIterations: 5 });
      numbers.x = Array.from(await x.data());
      const extractor = randomVgg({ seed: 1, width: 2, upTo: 'relu2_1' });
      const [content, style] = [4, 5].map((seed) => noiseImage([1, 24, 24, 3], { seed }));
      const losses = [];
      const onStep = ({ loss }) => void losses.push(loss);
      const picture = await stylize({ extractor, content, style, iterations: 3, contentLayers: ['relu2_1'],
        styleLayers: ['relu1_1', 'relu2_1'], onStep });
      numbers.losses = losses;
      numbers.picture = picture.shape;
      const { float32, imageGradient } = await probeBackend();
      numbers.probe = [float32, imageGradient.available];
      numbers.status = status;`;
    const imports = `import { contentLoss, gramMatrix, lbfgs, noiseImage, probeBackend, randomVgg, restartBackend, stylize } from ${library};`;
    const onGpu = await program(
      `${imports}${start}${work}
      await restartBackend();
      const again = Array.from(await gramMatrix(noiseImage([1, 40, 40, 3], { seed: 1 })).data());
      console.log(JSON.stringify({ adapter, backend: tf.getBackend(), again, ...numbers }));`,
      gpu,
    );
    const onCpu = await program(
      `${imports}
      import '@tensorflow/tfjs-backend-cpu';
      ${work}
      console.log(JSON.stringify(numbers));`,
    );
    type Run = Record<'gram' | 'x' | 'losses' | 'again', number[]>;
    const [actual, expected] = [onGpu as Run, onCpu as Run];
    expect(onGpu).toMatchObject({
      backend: 'webgpu',
      adapter: { vendor: expect.any(String) as string },
      picture: [1, 24, 24, 3],
      probe: [true, true],
      status: (onCpu as { status: string }).status,
    });
    for (const name of ['gram', 'x', 'losses'] as const)
      expect(relativeL2(actual[name], expected[name])).toBeLessThan(2e-4);
    expect(relativeL2(actual.again, expected.gram)).toBeLessThan(2e-4);
  });

  it('enableWebgpu() is a StyleError where the backend was imported before, and leaves the process as it was', async () => {
    const result = await program(
      `import * as tf from '@tensorflow/tfjs-core';
      import '@tensorflow/tfjs-backend-webgpu';
      import { enableWebgpu } from ${webgpuUrl};
      const before = JSON.stringify(Object.getOwnPropertyNames(globalThis).sort());
      const error = await enableWebgpu().catch((thrown) => thrown);
      const restored = before === JSON.stringify(Object.getOwnPropertyNames(globalThis).sort());
      const hasGpu = 'gpu' in (globalThis.navigator ?? {});
      console.log(JSON.stringify({ name: error.name, message: error.message, restored, hasGpu }));`,
      gpu,
    );
    expect(result).toEqual({
      name: 'StyleError',
      message: expect.stringContaining('do not import it, this function does') as string,
      restored: true,
      hasGpu: false,
    });
  });
});

// A package of the same name that finds no GPU, or does not load: needs no GPU itself.
describe('enableWebgpu without a GPU', () => {
  /** A program whose package webgpu is the given source. */
  const withPackage = (source: string): string =>
    `import * as tf from '@tensorflow/tfjs-core';
    import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
    import Module from 'node:module';
    import path from 'node:path';
    import { enableWebgpu } from ${webgpuUrl};
    const folder = mkdtempSync(path.resolve('node_modules', '.webgpu-'));
    const file = path.join(folder, 'index.mjs');
    writeFileSync(file, ${JSON.stringify(source)});
    const resolve = Module._resolveFilename;
    Module._resolveFilename = (name, ...rest) => (name === 'webgpu' ? file : resolve(name, ...rest));
    const before = JSON.stringify(Object.getOwnPropertyNames(globalThis).sort());
    const error = await enableWebgpu().catch((thrown) => thrown);
    rmSync(folder, { recursive: true });
    const restored = before === JSON.stringify(Object.getOwnPropertyNames(globalThis).sort());
    const hasGpu = 'gpu' in (globalThis.navigator ?? {});
    const registered = typeof tf.findBackendFactory('webgpu') === 'function';
    console.log(JSON.stringify({ name: error.name, message: error.message, restored, hasGpu, registered }));`;
  const untouched = { restored: true, hasGpu: false, registered: false };

  it('enableWebgpu() is a DeviceError that names the remedy, and leaves the process as it was', async () => {
    const none =
      'export const create = () => ({ requestAdapter: async () => null }); export const globals = { GPUMapMode: {} };';
    expect(await program(withPackage(none))).toEqual({
      ...untouched,
      name: 'DeviceError',
      message: expect.stringMatching(/^enableWebgpu: no GPU was found\..*libvulkan1.*use enableWasmThreads$/) as string,
    });
  });

  it('enableWebgpu() is a StyleError where the package does not load here, or is not installed', async () => {
    expect(await program(withPackage("throw new Error('no such binary');"))).toEqual({
      ...untouched,
      name: 'StyleError',
      message: expect.stringMatching(
        /^enableWebgpu: the package webgpu does not load here .*no such binary$/,
      ) as string,
    });
    const missing = withPackage('').replace(
      "name === 'webgpu' ? file",
      "name === 'webgpu' ? resolve('no-such-package')",
    );
    expect(await program(missing)).toMatchObject({
      ...untouched,
      name: 'StyleError',
      message: 'enableWebgpu needs the package webgpu: npm install webgpu',
    });
  });

  it('enableWebgpu({ dawn }) is a StyleError for anything but a list of strings', async () => {
    const before = tf.getBackend();
    await expect(enableWebgpu({ dawn: 'backend=vulkan' as unknown as string[] })).rejects.toThrow(
      "enableWebgpu: dawn must be a list of strings; got 'backend=vulkan'",
    );
    expect(tf.getBackend()).toBe(before);
  });
});
