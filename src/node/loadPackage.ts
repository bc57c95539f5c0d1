import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { StyleError } from '../errors.js';

/**
 * Looks for an optional package as this module sees it, then as the program in the current folder does. `use` gets the `require`
 * of either place.
 */
export function loadPackage<T>(use: (load: NodeJS.Require) => T, message: string): T {
  const here = typeof __filename === 'string' ? pathToFileURL(__filename).href : import.meta.url;
  let cause: unknown;
  for (const base of [here, pathToFileURL(path.resolve('index.js')).href]) {
    try {
      return use(createRequire(base));
    } catch (error) {
      cause = error;
    }
  }
  throw new StyleError(message, { cause });
}
