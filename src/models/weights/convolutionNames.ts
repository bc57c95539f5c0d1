import { listNames } from './shape.js';

/** How frameworks call kernel and bias of a layer: PyTorch, Keras and TensorFlow.js, Keras 1, frozen graphs. */
const FORMS: readonly (readonly [kernel: string, bias: string])[] = [
  ['.weight', '.bias'],
  ['/kernel', '/bias'],
  ['/kernel:0', '/bias:0'],
  ['_W_1:0', '_b_1:0'],
  ['_W_1', '_b_1'],
  ['_W:0', '_b:0'],
  ['_W', '_b'],
  ['/Conv2D/ReadVariableOp', '/BiasAdd/ReadVariableOp'],
];

/** What torch puts before every name of a network that was saved out of `DataParallel` (`module.`) or `compile` (`_orig_mod.`). */
const WRAPPERS = /^(?:(?:module|_orig_mod)\.)+/;

/**
 * The names of a layer's kernel and bias, if it is among arrays of these names: exactly a candidate's, that of a wrapped network,
 * or one that ends with it after a '/' (a model's or scope's name).
 */
export function convolutionNames(
  candidates: readonly string[],
  names: ReadonlySet<string>,
): [kernel: string, bias: string] | undefined {
  const unwrapped = new Map([...names].map((name) => [name.replace(WRAPPERS, ''), name]));
  const inScope = (ending: string): string | undefined => {
    const found = [...names].filter((name) => name.endsWith(`/${ending}`));
    return found.length === 1 ? found[0] : undefined;
  };
  const ways = [(name: string) => (names.has(name) ? name : undefined), (name: string) => unwrapped.get(name), inScope];
  for (const find of ways)
    for (const base of candidates)
      for (const [kernel, bias] of FORMS) {
        const name = find(base + kernel);
        if (name !== undefined) return [name, name.slice(0, -kernel.length) + bias];
      }
  return undefined;
}

/** Whether arrays of these names hold a convolution under one of its possible names. */
export const hasConvolution = (names: ReadonlySet<string>, candidates: readonly string[]): boolean =>
  convolutionNames(candidates, names) !== undefined;

/** For messages: the first names that were looked for. */
export const triedNames = (candidates: readonly string[]): string =>
  listNames(
    candidates.flatMap((base) => FORMS.slice(0, 2).map(([kernel]) => base + kernel)),
    12,
  );
