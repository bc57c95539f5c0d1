import { StyleError } from '../errors.js';

/** The part of the module sharp that a dynamic import gives. */
type Sharp = (typeof import('sharp'))['default'];

/** Loads the optional peer dependency sharp, when it is first needed. */
export async function loadSharp(where: string): Promise<Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new StyleError(`${where} needs the package sharp to read and write picture files: npm install sharp`, {
      cause,
    });
  }
}
