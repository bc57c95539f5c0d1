import { assemble } from './assemble.js';

/** The module that carries the assembled program. */
export function programModule(source: string): string {
  const { bytes, sharedAt } = assemble(source);
  return `/* Made of program.wat by \`npm run kernels\`. */

/** The program in base64. */
export const program =
  '${Buffer.from(bytes).toString('base64')}';

/** Which byte says whether its memory is shared: 1 if not, 3 if it is. */
export const sharedAt = ${sharedAt};
`;
}
