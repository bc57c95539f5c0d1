import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { DeviceError, StyleError } from '../errors.js';
import { assert, assertNoOthers, show } from '../internal/assert.js';
import { loadPackage } from './loadPackage.js';
import { replaceValues } from './replaceProperties.js';

const where = 'enableWebgpu';

/** Options of {@link enableWebgpu}. */
export interface WebgpuOptions {
  /** What Dawn is started with, such as `'backend=vulkan'` or `'adapter=NVIDIA'`; see the package `webgpu`. @defaultValue [] */
  readonly dawn?: readonly string[];
}

/** The GPU that {@link enableWebgpu} found, as its driver describes it. */
export interface WebgpuAdapter {
  /** Who made it; `'google'` for a processor that plays one. */
  readonly vendor: string;
  /** Its family, such as `'ampere'`; `'swiftshader'` for a processor that plays one. */
  readonly architecture: string;
  /** Its name or number. */
  readonly device: string;
  /** The driver. */
  readonly description: string;
}

/** What is used of the package webgpu: a name at run time only, since it is no dependency of this one. */
interface WebgpuPackage {
  readonly create: (options: string[]) => {
    requestAdapter(options: { powerPreference: string }): Promise<{ readonly info: WebgpuAdapter } | null>;
  };
  /** The classes and constants of the standard, which a browser has as globals. */
  readonly globals: Readonly<Record<string, unknown>>;
}

async function loadWebgpu(): Promise<WebgpuPackage> {
  const message = `${where} needs the package webgpu: npm install webgpu`;
  const file = loadPackage((load) => load.resolve('webgpu'), message);
  try {
    // It is an ES module. The CommonJS build has no import() left; Node can require such modules from 20.19 on.
    const loaded: unknown =
      typeof __filename === 'string' ? createRequire(file)(file) : await import(pathToFileURL(file).href);
    return loaded as WebgpuPackage;
  } catch (cause) {
    const system = `${process.platform} on ${process.arch}`;
    throw new StyleError(`${where}: the package webgpu does not load here (${system}): ${String(cause)}`, { cause });
  }
}

/** The backend registers itself when it is loaded, if it finds a `navigator.gpu` then. */
async function startBackend(): Promise<void> {
  const name = '@tensorflow/tfjs-backend-webgpu';
  loadPackage((load) => load(name) as unknown, `${where} needs the package ${name} 4.22 or later: npm install ${name}`);
  assert(
    typeof (tf.findBackendFactory('webgpu') as unknown) === 'function',
    () => `${where}: ${name} was loaded before there was a GPU; do not import it, this function does`,
  );
  const started = await tf.setBackend('webgpu').catch(() => false);
  // Else it would be tried first whenever a backend is chosen.
  if (!started) tf.removeBackend('webgpu');
  assert(started, () => `${where}: the webgpu backend did not start; the console says why`, DeviceError);
  await tf.ready();
}

/**
 * Starts the webgpu backend of TensorFlow.js under Node, on the machine's GPU and without a browser, and makes it the current
 * backend.
 *
 * Needs the packages `@tensorflow/tfjs-backend-webgpu` 4.22 and `webgpu` (Dawn, the implementation of Chromium; 21 MB for each
 * system; from CommonJS it takes Node 20.19 or later), and a driver: Vulkan with its loader (`libvulkan1` on Debian), Direct3D 12
 * or Metal. Do not import the backend yourself: it looks for a GPU when it is loaded. The global classes and constants of WebGPU
 * and `navigator.gpu` stay, since the backend uses them; after a failure everything is as before.
 *
 * @returns the GPU in words. A processor that plays one computes the same, many times slower than the wasm backend.
 * @throws StyleError if a package is missing or the backend has been loaded or started already; DeviceError if there is no GPU.
 *
 * @example
 * ```ts no-run
 * import { gramMatrix, noiseImage } from 'pastiche';
 * import { enableWebgpu } from 'pastiche/node';
 *
 * const { vendor, architecture } = await enableWebgpu();
 * console.log(`${vendor} ${architecture}`);
 * console.log(await gramMatrix(noiseImage([1, 64, 64, 3])).data());
 * ```
 */
export async function enableWebgpu(options: WebgpuOptions = {}): Promise<WebgpuAdapter> {
  const { dawn = [], ...others } = options;
  assertNoOthers(where, others);
  assert(
    Array.isArray(dawn) && dawn.every((option: unknown) => typeof option === 'string'),
    () => `${where}: dawn must be a list of strings; got ${show(dawn)}`,
  );
  assert(
    !('webgpu' in tf.engine().registry),
    () => `${where}: the webgpu backend has been started already; call this before anything uses it`,
  );
  const { create, globals } = await loadWebgpu();
  const gpu = create([...dawn]);
  const undo = [replaceValues(globalThis, globals)];
  try {
    // Node has a navigator from version 21 on.
    const navigator: unknown = Reflect.get(globalThis, 'navigator');
    undo.push(
      typeof navigator === 'object' && navigator !== null
        ? replaceValues(navigator, { gpu })
        : replaceValues(globalThis, { navigator: { gpu } }),
    );
    // As the backend asks for it.
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null)
      throw new DeviceError(
        `${where}: no GPU was found. It needs a driver for Vulkan with its loader (on Debian: libvulkan1), Direct3D 12 or Metal; ` +
          `without one use enableWasmThreads`,
      );
    await startBackend();
    const { vendor, architecture, device, description } = adapter.info;
    return { vendor, architecture, device, description };
  } catch (error) {
    for (const back of undo.reverse()) back();
    throw error;
  }
}
