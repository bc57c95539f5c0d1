import path from 'node:path';
import { ok, root } from '../support/package.mjs';
import { put, sh } from './consumer.mjs';
import { importLines, program } from './program.mjs';

/** The program under three module resolutions. */
export function typescript() {
  put('use.ts', importLines + program);
  put('use.cts', importLines + program);
  const base = { noEmit: true, strict: true, skipLibCheck: true, target: 'es2022', lib: ['es2022', 'dom'], types: [] };
  for (const [moduleResolution, module] of [
    ['bundler', 'esnext'],
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
  ]) {
    const files = moduleResolution === 'bundler' ? ['use.ts'] : ['use.ts', 'use.cts'];
    put('tsconfig.json', JSON.stringify({ compilerOptions: { ...base, module, moduleResolution }, files }));
    sh('node', [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
    ok(`TypeScript: ${moduleResolution}`);
  }
}
