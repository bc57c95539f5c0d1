import { assemble } from './assemble.js';

/** The programs by name: each has a file of text, `vectors.wat`, and what is made of it, `vectorsProgram.ts`. */
export const programs = ['vectors', 'network'] as const;

/** The module that carries the assembled program. */
export function programModule(name: (typeof programs)[number], source: string): string {
  const { bytes, sharedAt } = assemble(source);
  return `import type { Program } from './ownLoops.js';

/** Made of ${name}.wat by \`npm run kernels\`. */
export const program: Program = {
  base64:
    '${Buffer.from(bytes).toString('base64')}',
  sharedAt: ${sharedAt},
};
`;
}
