import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { readBack } from './readBack.js';

/* A `for await` loop never looks at what its generator returns. A tensor in there would be lost to everybody and stay for ever, so
   the results of generators wait on the host and become tensors when somebody reads them. */

/** Moves a tensor, which it takes over, to the host. Returns what makes it anew. */
export async function lateTensor<T extends Tensor>(where: string, tensor: T): Promise<() => T> {
  const shape = [...tensor.shape];
  try {
    const values = await readBack(where, tensor);
    return () => tf.keep(tf.tensor(values, shape)) as T;
  } finally {
    tensor.dispose();
  }
}

/** A generator whose result is made when `value` of its last answer is read, and only then. */
export function lateResult<Step, Result>(
  generator: AsyncGenerator<Step, () => Result, undefined>,
): AsyncGenerator<Step, Result, undefined> {
  const next = generator.next.bind(generator);
  const fail = generator.throw.bind(generator);
  const answer = (given: IteratorResult<Step, () => Result>): IteratorResult<Step, Result> => {
    // After the end a generator answers `undefined`, and `return(value)` with the value.
    if (given.done !== true || typeof given.value !== 'function') return given as IteratorReturnResult<Result>;
    const make = given.value;
    let made: { readonly result: Result } | undefined;
    return {
      done: true,
      get value() {
        made ??= { result: make() };
        return made.result;
      },
    };
  };
  return Object.assign(generator, {
    next: async () => answer(await next()),
    throw: async (error: unknown) => answer(await fail(error)),
  }) as AsyncGenerator<Step, unknown, undefined> as AsyncGenerator<Step, Result, undefined>;
}
