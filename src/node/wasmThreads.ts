import os from 'node:os';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { assert, assertNoOthers, assertNumber } from '../internal/assert.js';
import { replaceBackend } from '../internal/restartBackend.js';
import { loadPackage } from './loadPackage.js';
import { replaceProperties } from './replaceProperties.js';

interface WasmBackend {
  setThreadsCount(count: number): void;
  getThreadsCount(): number;
}

/** What is used of the package: names at run time only, since it is no dependency of this one. */
interface WasmPackage {
  readonly backend: WasmBackend;
  /** Path of the emscripten program with threads. */
  readonly program: string;
  /** The source of its worker. */
  readonly workerSource: string;
}

function loadWasmPackage(): WasmPackage {
  const name = '@tensorflow/tfjs-backend-wasm';
  const program = `${name}/wasm-out/tfjs-backend-wasm-threaded-simd`;
  return loadPackage((load) => {
    const worker = load(`${program}.worker.js`) as { wasmWorkerContents: string };
    return {
      backend: load(name) as WasmBackend,
      program: load.resolve(`${program}.js`),
      // The escape that tfjs applies itself before it makes a Blob of it.
      workerSource: worker.wasmWorkerContents.replaceAll('\n', '\\n'),
    };
  }, `enableWasmThreads needs the package ${name} 4.22 or later: npm install ${name}`);
}

/**
 * A Node worker for the emscripten program. It is started from a `blob:` URL and gets its main script as a Blob, neither of which
 * Node can read; and emscripten refs busy workers, which would keep the process alive.
 */
function workerClass({ program, workerSource }: WasmPackage) {
  return class TfjsWasmWorker extends Worker {
    constructor(url: string | URL, options?: WorkerOptions) {
      const isBlob = String(url).startsWith('blob:');
      super(isBlob ? workerSource : url, isBlob ? { ...options, eval: true } : options);
      super.unref();
    }

    override postMessage(message: { cmd?: string } | undefined, transfer?: Parameters<Worker['postMessage']>[1]): void {
      super.postMessage(message?.cmd === 'load' ? { ...message, urlOrBlob: program } : message, transfer);
    }

    override ref(): void {
      // Stays unreferenced.
    }
  };
}

/** Runs `work` in a process that looks as the emscripten program expects it, and puts everything back. */
async function disguised<T>(threads: number, wasm: WasmPackage, work: () => Promise<T>): Promise<T> {
  const WorkerClass = workerClass(wasm);
  const cpusBefore = os.cpus;
  const processEvents = ['uncaughtException', 'unhandledRejection'] as const;
  const listenersBefore = processEvents.map((event) => new Set(process.rawListeners(event)));
  // The program assigns `Worker` from worker_threads: swallow that.
  const putBack = replaceProperties(globalThis, { Worker: { get: () => WorkerClass, set: () => undefined } });
  try {
    // It takes no more threads than half the cores (tensorflow/tfjs issue 8513).
    const [core] = cpusBefore();
    os.cpus = () => Array.from({ length: 2 * threads }, () => core!);
    return await work();
  } finally {
    os.cpus = cpusBefore;
    putBack();
    // It installs listeners that throw again what they are told, with the stack lost.
    processEvents.forEach((event, i) => {
      for (const listener of process.rawListeners(event)) {
        if (!listenersBefore[i]!.has(listener)) process.off(event, listener as () => void);
      }
    });
  }
}

/** Options of {@link enableWasmThreads}. */
export interface WasmThreadsOptions {
  /** How many threads. @defaultValue the number of cores that the process may use */
  readonly threads?: number;
}

/**
 * Starts the wasm backend of TensorFlow.js with several threads under Node, where it has one by default, and makes it the current
 * backend. Convolutions and matrix products take about 0.53 of the time with two threads on two free cores.
 *
 * Call it once, before anything uses the wasm backend. It needs `@tensorflow/tfjs-backend-wasm` 4.22. The process still exits by
 * itself, and what is changed of it during the start (`globalThis.Worker`, `os.cpus`, listeners) is as before afterwards.
 *
 * @returns How many threads the backend has.
 * @throws StyleError if the package is not installed, the backend has been started already, or it does not start.
 *
 * Differs from a browser, where a page needs the headers COOP and COEP instead, and `setThreadsCount` of the backend suffices.
 *
 * @example
 * ```ts
 * import { enableWasmThreads } from 'pastiche/node';
 *
 * console.log(await enableWasmThreads({ threads: 2 })); // => 2
 * ```
 */
export async function enableWasmThreads(options: WasmThreadsOptions = {}): Promise<number> {
  const { threads = os.availableParallelism(), ...others } = options;
  assertNoOthers('enableWasmThreads', others);
  assertNumber('enableWasmThreads', 'threads', threads, { integer: true, min: 1, max: 256 });
  const wasm = loadWasmPackage();
  assert(
    !('wasm' in tf.engine().registry),
    () => 'enableWasmThreads: the wasm backend has been started already; call this before anything uses it',
  );
  const flag = 'WASM_HAS_MULTITHREAD_SUPPORT';
  const plain = tf.findBackendFactory('wasm');
  wasm.backend.setThreadsCount(threads);
  // TensorFlow.js looks for the threads of a browser and finds none.
  tf.env().set(flag, true);
  // Whenever the backend starts: now, and by restartBackend.
  replaceBackend('wasm', () => disguised(threads, wasm, async () => plain()));
  const started = await tf.setBackend('wasm').catch(() => false);
  if (!started) {
    tf.env().set(flag, false);
    replaceBackend('wasm', plain);
  }
  assert(started, () => 'enableWasmThreads: the wasm backend did not start; the console says why');
  await tf.ready();
  return wasm.backend.getThreadsCount();
}
