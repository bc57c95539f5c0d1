// Makes src/internal/wasm/program.ts of program.wat: npm run kernels
import { readFileSync, writeFileSync } from 'node:fs';
import { programModule } from './wasm/programModule.js';

const folder = new URL('../src/internal/wasm/', import.meta.url);
const made = programModule(readFileSync(new URL('program.wat', folder), 'utf8'));
writeFileSync(new URL('program.ts', folder), made);
console.log(`src/internal/wasm/program.ts: ${made.length} characters`);
