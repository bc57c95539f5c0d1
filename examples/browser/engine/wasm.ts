import * as tf from '@tensorflow/tfjs-core';

/** Workers that the wasm backend starts, whatever it is asked for. */
const mostThreads = 8;

/** Threads that this worker may compute with: shared memory needs a page that its server isolates (COOP, COEP). */
export const threadsHere = (): number =>
  self.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, mostThreads) : 1;

/** Starts the wasm backend with all threads; whether it did. */
export async function startWasm(): Promise<boolean> {
  const { setThreadsCount, setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  // Literal, so that Vite finds the files.
  const files = {
    'tfjs-backend-wasm.wasm': new URL(
      '../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
      import.meta.url,
    ),
    'tfjs-backend-wasm-simd.wasm': new URL(
      '../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
      import.meta.url,
    ),
    'tfjs-backend-wasm-threaded-simd.wasm': new URL(
      '../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
      import.meta.url,
    ),
  };
  setWasmPaths(Object.fromEntries(Object.entries(files).map(([name, { href }]) => [name, href])));
  if (threadsHere() > 1) setThreadsCount(threadsHere());
  // It takes no more threads than half of the cores that it sees (tensorflow/tfjs issue 8513): it shall see twice as many.
  const value = 2 * navigator.hardwareConcurrency;
  Object.defineProperty(navigator, 'hardwareConcurrency', { configurable: true, value });
  try {
    return await tf.setBackend('wasm');
  } finally {
    // What was there before is a property of the prototype.
    Reflect.deleteProperty(navigator, 'hardwareConcurrency');
  }
}
