import { DeviceError, StyleError } from '../errors.js';
import { freeingTape } from './freeingTape.js';

/** The error of an operation without a gradient. `who` uses it (`'the loss'`); `remedy` is what else can be done. */
export const missingGradient = (
  where: string,
  who: string,
  operation: string,
  remedy: string,
  cause?: unknown,
): StyleError =>
  new StyleError(
    `${where}: ${who} uses the operation ${operation}, for which no gradient is registered. ` +
      `Register one with tf.registerGradient, or ${remedy}.`,
    cause === undefined ? {} : { cause },
  );

/**
 * `work` by the tape; an operation without a gradient, or without a kernel on the active backend, is named in the error.
 * `who` uses it (`'the loss'`), and `remedy` is what else can be done (`'give the loss a valueAndGrad of its own'`).
 */
export function namingMissing<T>(where: string, who: string, work: () => T, remedy: string): T {
  try {
    return freeingTape(work);
  } catch (error) {
    const text = String(error);
    const operation = /gradient function not found for (\w+)/.exec(text)?.[1];
    if (operation !== undefined) throw missingGradient(where, who, operation, remedy, error);
    const [, kernel, backend] = /Kernel '(\w+)' not registered for backend '(\w+)'/.exec(text) ?? [];
    if (kernel === undefined) throw error;
    throw new DeviceError(
      `${where}: the ${backend!} backend has no kernel ${kernel}, which ${who} or its gradient uses. ` +
        `Use another backend (probeBackend says what one can do), or ${remedy}.`,
      { cause: error },
    );
  }
}
