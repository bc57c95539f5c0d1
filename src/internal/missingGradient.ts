import { StyleError } from '../errors.js';

/** `work` by the tape; where an operation has no gradient, the error is what `message` makes of the operation's name. */
export function namingMissingGradient<T>(work: () => T, message: (operation: string) => string): T {
  try {
    return work();
  } catch (error) {
    const operation = /gradient function not found for (\w+)/.exec(String(error))?.[1];
    if (operation === undefined) throw error;
    throw new StyleError(message(operation), { cause: error });
  }
}
