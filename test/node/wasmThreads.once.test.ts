import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { enableWasmThreads } from '../../src/node/index.js';
import { moduleUrl, program } from './_program.js';

const threadsUrl = moduleUrl('src/node/wasmThreads.ts');

const convolution = `
  const x = tf.tensor(Float32Array.from({ length: 64 * 64 * 16 }, (_, i) => Math.sin(i)), [1, 64, 64, 16]);
  const kernel = tf.tensor(Float32Array.from({ length: 9 * 16 * 16 }, (_, i) => Math.cos(i)), [3, 3, 16, 16]);
  const values = Array.from(await tf.conv2d(x, kernel, 1, 'same').data()).filter((_, i) => i % 37 === 0);`;

describe('enableWasmThreads', () => {
  it('enableWasmThreads({ threads: 2 }) computes the same with two threads, restores the process and lets it exit', async () => {
    const state = `({
      worker: Object.getOwnPropertyDescriptor(globalThis, 'Worker') === undefined,
      listeners: process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection'),
      cpus: os.cpus().length, cpusIs: os.cpus === originalCpus })`;
    const threaded = await program(
      `import os from 'node:os';
      import * as tf from '@tensorflow/tfjs-core';
      import { enableWasmThreads } from ${threadsUrl};
      const originalCpus = os.cpus;
      const before = ${state};
      const threads = await enableWasmThreads({ threads: 2 });
      const after = ${state};
      ${convolution}
      console.log(JSON.stringify({ threads, backend: tf.getBackend(), before, after, values }));`,
    );
    const single = await program(
      `import * as tf from '@tensorflow/tfjs-core';
      import '@tensorflow/tfjs-backend-wasm';
      await tf.setBackend('wasm');
      ${convolution}
      console.log(JSON.stringify({ values }));`,
    );
    expect(threaded).toMatchObject({ threads: 2, backend: 'wasm', ...(single as object) });
    const { before, after } = threaded as Record<'before' | 'after', unknown>;
    expect(after).toEqual(before);
  });

  it('restartBackend() starts the threads again, and restores the process again', async () => {
    const result = await program(
      `import os from 'node:os';
      import * as tf from '@tensorflow/tfjs-core';
      import { probeBackend, restartBackend } from ${moduleUrl('src/index.ts')};
      import { enableWasmThreads } from ${threadsUrl};
      import { vectorLoops } from ${moduleUrl('src/internal/wasm/vectorLoops.ts')};
      import { rowDots } from ${moduleUrl('src/internal/kernels/vectors.ts')};
      const cpus = os.cpus;
      await enableWasmThreads({ threads: 2 });
      await restartBackend();
      const { backend, threads } = await probeBackend();
      const values = Array.from(await tf.add(tf.ones([2]), 1).data());
      const restored = os.cpus === cpus && !('Worker' in globalThis);
      const own = vectorLoops() !== undefined;
      const x = tf.ones([2, 11]);
      const dots = Array.from(await rowDots([x], x).data());
      console.log(JSON.stringify({ backend, threads, values, restored, own, dots }));`,
    );
    const expected = { backend: 'wasm', threads: 2, values: [2, 2], restored: true, own: true, dots: [11, 11] };
    expect(result).toEqual(expected);
  });

  it('enableWasmThreads() is a StyleError with the command to run where the package is not installed', async () => {
    const result = await program(
      `import Module from 'node:module';
      import { enableWasmThreads } from ${threadsUrl};
      const resolve = Module._resolveFilename;
      Module._resolveFilename = (name, ...rest) => {
        if (name.includes('tfjs-backend-wasm')) throw new Error('not installed');
        return resolve(name, ...rest);
      };
      const error = await enableWasmThreads().catch((thrown) => thrown);
      console.log(JSON.stringify({ name: error.name, message: error.message }));`,
    );
    expect(result).toEqual({
      name: 'StyleError',
      message: expect.stringContaining('npm install @tensorflow/tfjs-backend-wasm') as string,
    });
  });

  it('enableWasmThreads() says so when the backend has been started already', async () => {
    expect(tf.getBackend()).toBe('wasm');
    await expect(enableWasmThreads()).rejects.toThrow('the wasm backend has been started already');
    await expect(enableWasmThreads({ threads: 0 })).rejects.toThrow('threads must be a whole number in 1..256; got 0');
  });

  it('a failed enableWasmThreads({ threads }) leaves the process as it was', async () => {
    const result = await program(
      `import os from 'node:os';
      import * as tf from '@tensorflow/tfjs-core';
      import '@tensorflow/tfjs-backend-wasm';
      import { enableWasmThreads } from ${threadsUrl};
      import { vectorLoops } from ${moduleUrl('src/internal/wasm/vectorLoops.ts')};
      import { rowDots } from ${moduleUrl('src/internal/kernels/vectors.ts')};
      const cpus = os.cpus;
      const isRestored = () => os.cpus === cpus && !('Worker' in globalThis);
      let inside;
      const factory = () => {
        inside = { restored: isRestored(), cpus: os.cpus().length };
        throw new Error('no threads today');
      };
      tf.removeBackend('wasm');
      tf.registerBackend('wasm', factory, 2);
      const error = await enableWasmThreads({ threads: 3 }).catch((thrown) => thrown);
      const flag = tf.env().getBool('WASM_HAS_MULTITHREAD_SUPPORT');
      const again = tf.findBackendFactory('wasm') === factory;
      console.log(JSON.stringify({ message: error.message, inside, restored: isRestored(), flag, again }));`,
    );
    expect(result).toEqual({
      message: 'enableWasmThreads: the wasm backend did not start; the console says why',
      inside: { restored: false, cpus: 6 },
      restored: true,
      flag: false,
      again: true,
    });
  });
});
