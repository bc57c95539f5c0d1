import type { BackendName, BackendReport } from '../protocol.js';

const titles: Readonly<Record<BackendName, string>> = {
  wasm: 'WebAssembly (processor)',
  webgl: 'WebGL (graphics card)',
  webgpu: 'WebGPU (graphics card)',
};

/** A backend in a list to choose from. */
export function titleOf({ name, available, software, threads = 1 }: BackendReport): string {
  if (!available) return `${titles[name]}, not in this browser`;
  if (software) return `${titles[name]}, in software: slow`;
  return threads > 1 ? `${titles[name]}, ${threads} threads` : titles[name];
}

/** The fastest that there is: a graphics card where it is a real one. */
export function bestBackend(reports: readonly BackendReport[]): BackendName | undefined {
  const can = reports.filter(({ available }) => available);
  const card = (name: BackendName) => can.find((report) => report.name === name && !report.software);
  return (card('webgpu') ?? card('webgl') ?? can[0])?.name;
}
