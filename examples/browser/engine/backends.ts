import * as tf from '@tensorflow/tfjs-core';
import type { BackendName, BackendReport } from '../protocol.js';
import { startWasm, threadsHere } from './wasm.js';

const isSoftware = (name: string): boolean => /swiftshader|llvmpipe|software|basic render/i.test(name);

function webgl(): BackendReport {
  const context = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1).getContext('webgl2');
  const available = context?.getExtension('EXT_color_buffer_float') != null;
  const info = context?.getExtension('WEBGL_debug_renderer_info');
  const renderer = info ? String(context?.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return { name: 'webgl', available, software: isSoftware(renderer) };
}

/** The part of WebGPU that is looked at; the typings of the DOM do not have it everywhere. */
interface Gpu {
  requestAdapter(): Promise<{ info?: { vendor?: string; architecture?: string; description?: string } } | null>;
}

async function webgpu(): Promise<BackendReport> {
  const { gpu } = navigator as { gpu?: Gpu };
  const adapter = await gpu?.requestAdapter().catch(() => null);
  const { vendor = '', architecture = '', description = '' } = adapter?.info ?? {};
  return {
    name: 'webgpu',
    available: adapter != null,
    software: isSoftware(`${vendor} ${architecture} ${description}`),
  };
}

/** What this worker can compute on. */
export async function findBackends(): Promise<BackendReport[]> {
  const wasm: BackendReport = {
    name: 'wasm',
    available: typeof WebAssembly === 'object',
    software: false,
    threads: threadsHere(),
  };
  return [wasm, webgl(), await webgpu()];
}

const load = {
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
};

/** Loads and starts a backend. Tensors do not survive a change: free them before. */
export async function startBackend(name: BackendName): Promise<void> {
  if (tf.engine().backendName === name) return;
  if (name !== 'wasm') await load[name]();
  const started = await (name === 'wasm' ? startWasm() : tf.setBackend(name));
  if (!started) throw new BackendError(`The ${name} backend did not start. Choose another one.`);
}

/** A backend that cannot be used, in words for the page. */
export class BackendError extends Error {
  override name = 'BackendError';
}
