import * as tf from '@tensorflow/tfjs-core';
import type { BackendName, BackendReport } from '../protocol.js';

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
  const wasm: BackendReport = { name: 'wasm', available: typeof WebAssembly === 'object', software: false };
  return [wasm, webgl(), await webgpu()];
}

/** Loads and starts a backend. Tensors do not survive a change: free them before. */
export async function startBackend(name: BackendName): Promise<void> {
  if (tf.engine().backendName === name) return;
  if (name === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths({
      'tfjs-backend-wasm.wasm': new URL(
        '../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
        import.meta.url,
      ).href,
      'tfjs-backend-wasm-simd.wasm': new URL(
        '../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
        import.meta.url,
      ).href,
      'tfjs-backend-wasm-threaded-simd.wasm': new URL(
        '../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
        import.meta.url,
      ).href,
    });
  } else if (name === 'webgl') await import('@tensorflow/tfjs-backend-webgl');
  else await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend(name))) throw new BackendError(`The ${name} backend did not start. Choose another one.`);
}

/** A backend that cannot be used, in words for the page. */
export class BackendError extends Error {
  override name = 'BackendError';
}
