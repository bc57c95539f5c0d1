import * as tf from '@tensorflow/tfjs-core';
import type { DataId, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/* Loops that the wasm backend does not have, run on its own memory: no tensor is copied. */

/** An assembled program. */
export interface Program {
  readonly base64: string;
  /** Which byte says whether its memory is shared: 1 if not, 3 if it is. */
  readonly sharedAt: number;
}

/** What goes with every program. */
export interface OwnLoops {
  /** Whether the backend has threads; a program runs in one. */
  readonly threaded: boolean;
  /** Where a tensor lies. */
  at(tensor: Tensor): number;
  /** A new tensor of float32 whose values are not set. */
  output<R extends tf.Rank>(shape: tf.ShapeMap[R]): Tensor<R>;
}

/** What is used of `BackendWasm`; where it hides its memory depends on whether it has threads. */
interface WasmBackend {
  readonly wasm: { readonly asm?: { readonly memory?: unknown }; readonly wasmMemory?: unknown };
  readonly dataIdMap: { get(id: DataId): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
}

function run({ base64, sharedAt }: Program, backend: WasmBackend): OwnLoops | undefined {
  const memory = backend.wasm.asm?.memory ?? backend.wasm.wasmMemory;
  if (!(memory instanceof WebAssembly.Memory)) return undefined;
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const threaded = !(memory.buffer instanceof ArrayBuffer);
  if (threaded) bytes[sharedAt] = 3;
  if (!WebAssembly.validate(bytes)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { tfjs: { memory } });
  return {
    ...exports,
    threaded,
    at: ({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset,
    output: (shape) => tf.engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32')) as never,
  };
}

let switchedOn = true;

/** A function that gives the loops of a program for the active backend, where it is wasm and has what they need. */
export function ownLoops(program: Program): () => OwnLoops | undefined {
  const known = new WeakMap<object, { readonly loops: OwnLoops | undefined }>();
  return () => {
    if (!switchedOn || tf.getBackend() !== 'wasm') return undefined;
    const backend = tf.backend();
    let entry = known.get(backend);
    if (entry === undefined) {
      entry = { loops: run(program, backend as unknown as WasmBackend) };
      known.set(backend, entry);
    }
    return entry.loops;
  };
}

/** Runs `work` as where there are none, for comparison. */
export function withoutOwnLoops<T>(work: () => T): T {
  switchedOn = false;
  try {
    return work();
  } finally {
    switchedOn = true;
  }
}
