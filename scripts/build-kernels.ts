/** Makes the programs of src/internal/wasm of their text: `npm run kernels`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { programModule, programs } from './wasm/programModule.js';

const folder = new URL('../src/internal/wasm/', import.meta.url);
for (const name of programs) {
  const made = programModule(name, readFileSync(new URL(`${name}.wat`, folder), 'utf8'));
  writeFileSync(new URL(`${name}Program.ts`, folder), made);
  console.log(`src/internal/wasm/${name}Program.ts: ${made.length} characters`);
}
