/**
 * What needs Node: picture files, weight files, folders as caches, threads of the wasm backend, WebGPU.
 *
 * @module
 */
export { readImage, type ReadImageOptions } from './readImage.js';
export { writeImage, type WriteImageOptions } from './writeImage.js';
export { contactSheet, type ContactSheetCell, type ContactSheetOptions } from './contactSheet.js';
export { fileReader } from './fileReader.js';
export { fileWeights } from './fileWeights.js';
export { folderCache } from './folderCache.js';
export { enableWasmThreads, type WasmThreadsOptions } from './wasmThreads.js';
export { enableWebgpu, type WebgpuAdapter, type WebgpuOptions } from './webgpu.js';
