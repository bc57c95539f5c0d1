import * as tf from '@tensorflow/tfjs-core';
import type { DataId, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { program, sharedAt } from './program.js';

/* Loops that the wasm backend does not have, run on its own memory: no tensor is copied. See program.wat. */

/** How many tiles, where the picture's rows and columns lie, the length of a position, and the matrices' addresses. */
type Tiling = [rows: number, columns: number, down: number, across: number, length: number, table: number];

/** -1 for the part above the diagonal alone, 0 for all; and where to. */
type OuterTo = [above: -1 | 0, out: number];

/** What program.wat exports. Addresses and lengths in bytes. */
interface Program {
  rowDots(a: number, b: number, rows: number, length: number, out: number): void;
  stepSums(d: number, g: number, b: number, rows: number, length: number, out: number): void;
  winogradInput(x: number, ...tiling: Tiling): void;
  winogradGradient(dy: number, ...tiling: Tiling): void;
  winogradOutput(...args: [y: number, ...tiling: Tiling, bias: number, least: number]): void;
  addOuterProducts(...args: [a: number, b: number, rows: number, aLength: number, bLength: number, ...OuterTo]): void;
  lessShift(x: number, rows: number, length: number, shift: number, out: number, sums: number): void;
  mirror(matrix: number, length: number): void;
  combine(i: number, u: number, j: number, v: number, k: number, w: number, length: number, out: number): void;
}

/** The program, and tensors for it. */
export interface WasmKernels extends Program {
  /** Whether the backend has threads; the program runs in one. */
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

function kernelsOf(backend: WasmBackend): WasmKernels | undefined {
  const memory = backend.wasm.asm?.memory ?? backend.wasm.wasmMemory;
  if (!(memory instanceof WebAssembly.Memory)) return undefined;
  const bytes = Uint8Array.from(atob(program), (character) => character.charCodeAt(0));
  const threaded = !(memory.buffer instanceof ArrayBuffer);
  if (threaded) bytes[sharedAt] = 3;
  if (!WebAssembly.validate(bytes)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { tfjs: { memory } });
  return {
    ...(exports as unknown as Program),
    threaded,
    at: ({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset,
    output: (shape) => tf.engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32')) as never,
  };
}

const known = new WeakMap<object, { readonly kernels: WasmKernels | undefined }>();
let switchedOn = true;

/** The kernels for the active backend, where it is wasm and has what they need. */
export function wasmKernels(): WasmKernels | undefined {
  if (!switchedOn || tf.getBackend() !== 'wasm') return undefined;
  const backend = tf.backend();
  let entry = known.get(backend);
  if (entry === undefined) {
    entry = { kernels: kernelsOf(backend as unknown as WasmBackend) };
    known.set(backend, entry);
  }
  return entry.kernels;
}

/** Runs `work` as where there are none, for comparison. */
export function withoutWasmKernels<T>(work: () => T): T {
  switchedOn = false;
  try {
    return work();
  } finally {
    switchedOn = true;
  }
}
