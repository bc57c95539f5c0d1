import type { Tensor } from '@tensorflow/tfjs-core';
import { WeightsError } from '../../errors.js';
import { assert, show } from '../../internal/assert.js';
import { readBack } from '../../internal/readBack.js';
import { graphConvolutions } from './graphConvolutions.js';
import { type GraphModelLike, graphNodes } from './graphNodes.js';
import { once } from './once.js';
import { listNames } from './shape.js';
import type { WeightSource } from './source.js';

/**
 * The constants of a loaded `GraphModel` (`tf.loadGraphModel`), so that its weights can be lifted into a network of this
 * library, which propagates gradients several times faster than a graph model.
 *
 * Besides under its own name, every kernel and bias of a convolution is found under its layer's: `vgg19/block1_conv1/kernel` and
 * `vgg19/block1_conv1/bias`, whatever optimisation passes have called the constants.
 *
 * @param model - stays the caller's; must not be disposed before the weights are read
 * @throws WeightsError, from `entries` and `read`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { graphModelWeights } from 'pastiche/models';
 *
 * // Stands for a model from tf.loadGraphModel(url).
 * const model = { weights: { bias: [tf.tensor1d([1, 2])] }, save: () => Promise.reject(new Error('no graph')) };
 * const source = graphModelWeights(model);
 * console.log(source.kernelLayout); // => 'HWIO'
 * ```
 */
export function graphModelWeights(model: GraphModelLike): WeightSource {
  const weights = (model as Partial<GraphModelLike> | null)?.weights;
  if (typeof weights !== 'object')
    throw new WeightsError(`graphModelWeights: expected a GraphModel; got ${show(model)}`);

  const open = once(async () => {
    const tensors = new Map<string, Tensor>();
    for (const [name, [tensor]] of Object.entries(weights)) if (tensor !== undefined) tensors.set(name, tensor);
    for (const { layer, kernel, bias } of graphConvolutions(await graphNodes(model))) {
      for (const [name, part] of [
        [kernel, 'kernel'],
        [bias, 'bias'],
      ] as const) {
        const tensor = tensors.get(name ?? '');
        if (tensor !== undefined && !tensors.has(`${layer}/${part}`)) tensors.set(`${layer}/${part}`, tensor);
      }
    }
    return tensors;
  });

  return {
    kernelLayout: 'HWIO',
    description: 'graph model',
    entries: async ({ signal } = {}) =>
      new Map([...(await open(signal))].map(([name, { shape, dtype }]) => [name, { shape, dtype }])),
    async read(name, { signal } = {}) {
      const tensors = await open(signal);
      const tensor = tensors.get(name);
      const where = 'graphModelWeights';
      if (tensor === undefined)
        throw new WeightsError(`${where}: expected one of ${listNames(tensors.keys())}; got ${show(name)}`);
      const { dtype, isDisposed, shape } = tensor;
      assert(
        !isDisposed && ['float32', 'int32', 'bool'].includes(dtype),
        () => `${where}: ${show(name)}: expected numbers; got ${isDisposed ? 'a disposed tensor' : dtype}`,
        WeightsError,
      );
      const values = Float32Array.from(await readBack(where, tensor));
      signal?.throwIfAborted();
      return { shape: [...shape], values };
    },
  };
}
