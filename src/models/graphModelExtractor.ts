import * as tf from '@tensorflow/tfjs-core';
import type { NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { LayerError, ShapeError } from '../errors.js';
import { assert, assertImage, assertNoOthers, assertSameShape, show } from '../internal/assert.js';
import { addAll } from '../internal/addAll.js';
import { ensureGradients } from '../internal/ensureGradients.js';
import { bringColumnProducts } from '../internal/kernels/columnProducts.js';
import { missingGradient, namingMissing } from '../internal/missingGradient.js';
import { ensureNetworkGradients } from '../internal/networkGradients.js';
import type { Features, Image } from '../types.js';
import type { FeatureExtractor } from './extractor.js';
import { withoutGradient } from './graphGradients.js';
import { type Preprocessing, colorMap } from './preprocessing.js';
import { type GraphModelLike, graphNodes } from './weights/graphNodes.js';

const where = 'graphModelExtractor';

/** What is needed of a `GraphModel` of `@tensorflow/tfjs-converter`. */
export interface ExecutableGraphModel extends GraphModelLike {
  /** Runs the graph as far as the nodes of these names. */
  execute(inputs: NamedTensorMap, outputs: string[]): Tensor | Tensor[];
}

/** Options of {@link graphModelExtractor}. */
export interface GraphModelExtractorOptions<L extends string> {
  /** What the model was trained to see. @defaultValue 'none' */
  readonly preprocessing?: Exclude<Preprocessing, 'conv0'>;
  /** Names for nodes, such as `{ relu1_1: 'vgg19/block1_conv1/Relu' }`. @defaultValue every node by its own name */
  readonly layers?: Readonly<Record<L, string>>;
}

/** The colour map on the pixels, of operations that the tape knows. */
function preprocess(image: Image, colors: ReturnType<typeof colorMap>): Image {
  if (colors === undefined) return image;
  const [b, h, w] = image.shape;
  const matrix = tf.transpose(tf.tensor2d(colors.matrix.map((row) => [...row])));
  const mapped = tf.matMul(tf.reshape<tf.Rank.R2>(image, [b * h * w, 3]), matrix);
  return tf.reshape(tf.add(mapped, tf.tensor1d([...colors.bias])), image.shape);
}

/**
 * Any `GraphModel` as a feature extractor: taps on its nodes, with gradients by the tape.
 *
 * The general way, for networks of any shape. It takes three to five times as long as a network of this library, and several
 * times its memory: where the network is a VGG, lift its weights with {@link graphModelWeights} into {@link loadVgg} instead.
 * Gradients exist for the layers of ordinary convolutional networks; an operation without one is named in the error.
 *
 * @param model - from `loadGraphModel`, with one input. Stays the caller's; it must outlive the extractor, which does not dispose it
 * @throws StyleError for what is no graph model; LayerError for a node that is not there
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { loadGraphModel } from '@tensorflow/tfjs-converter';
 * import { graphModelExtractor } from 'pastiche/models';
 *
 * // Stands for a model from loadGraphModel(url): a relu of the picture.
 * const attr = { T: { type: 'DT_FLOAT' } };
 * const node = [{ name: 'x', op: 'Placeholder', attr }, { name: 'net/relu', op: 'Relu', input: ['x'], attr }];
 * const files = { modelTopology: { node, versions: {} }, weightSpecs: [], weightData: new ArrayBuffer(0) };
 * const model = await loadGraphModel(tf.io.fromMemory(files));
 *
 * const network = await graphModelExtractor(model, { layers: { relu: 'net/relu' } });
 * const { relu } = network.features(tf.ones([1, 4, 4, 3]), ['relu']);
 * console.log(relu.shape); // => [1, 4, 4, 3]
 * ```
 */
export async function graphModelExtractor<L extends string = string>(
  model: ExecutableGraphModel,
  options: GraphModelExtractorOptions<L> = {},
): Promise<FeatureExtractor<L | 'image'>> {
  bringColumnProducts();
  const given = model as Partial<ExecutableGraphModel> | null;
  assert(
    typeof given?.execute === 'function' && typeof given.save === 'function',
    () => `${where}: model must be a GraphModel of @tensorflow/tfjs-converter; got ${show(model)}`,
  );
  const { preprocessing = 'none', layers: named, ...others } = options;
  assertNoOthers(where, others);
  const colors = colorMap(where, preprocessing);
  const nodes = await graphNodes(model);
  const inputs = nodes.filter(({ op }) => op === 'Placeholder').map(({ name }) => name);
  assert(inputs.length === 1, () => `${where}: the model must have one input; it has ${show(inputs)}`);
  const known = nodes.filter(({ op }) => op !== 'Placeholder' && op !== 'Const').map(({ name }) => name);
  const nodeOf = new Map(Object.entries<string>(named ?? Object.fromEntries(known.map((name) => [name, name]))));
  const missing = [...nodeOf].find(([, node]) => !known.includes(node));
  assert(
    missing === undefined,
    () =>
      `${where}: layers: ${show(missing![0])} must be a node of the model; got ${show(missing![1])}; ${listed(known)}`,
    LayerError,
  );
  ensureGradients();
  ensureNetworkGradients();
  let disposed = false;
  const layers = ['image', ...nodeOf.keys()] as (L | 'image')[];

  function run(call: string, image: Image, wanted: readonly string[]): Features[] {
    const asked = wanted.filter((layer) => layer !== 'image').map((layer) => nodeOf.get(layer)!);
    const outputs = asked.length === 0 ? [] : model.execute({ [inputs[0]!]: preprocess(image, colors) }, asked);
    const found = [outputs].flat() as Features[];
    return wanted.map((layer) => {
      const x = layer === 'image' ? tf.clone(image) : found.shift()!;
      assert(x.rank === 4, () => `${call}: the layer ${layer} must be [b, h, w, c]; got ${show(x)}`, ShapeError);
      return x;
    });
  }
  function check(call: string, image: Image, wanted: readonly string[]): void {
    assertImage(call, 'image', image);
    assert(!disposed, () => `${call}: the network has been disposed`);
    for (const layer of wanted)
      assert(
        layers.includes(layer as L),
        () => `${call}: there is no layer ${show(layer)}; ${listed(layers)}`,
        LayerError,
      );
  }

  return {
    layers,
    features(image, wanted) {
      check('features', image, wanted);
      return tf.tidy(() => {
        const found = run('features', image, wanted);
        return Object.fromEntries(wanted.map((layer, i) => [layer, found[i]!])) as Record<
          (typeof wanted)[number],
          Features
        >;
      });
    },
    imageGradient(image, gradientAt) {
      const call = 'imageGradient';
      const wanted = Object.keys(gradientAt) as (L | 'image')[];
      check(call, image, wanted);
      assert(wanted.length > 0, () => `${call}: gradientAt must name at least one layer; got {}`, LayerError);
      const remedy = 'take layers before it';
      const asked = wanted.flatMap((layer) => nodeOf.get(layer) ?? []);
      const operation = withoutGradient(nodes, inputs[0]!, asked);
      if (operation !== undefined) throw missingGradient(call, 'the model', operation, remedy);
      return tf.tidy(() => {
        // Callbacks may use a tape of their own, and tapes do not nest: they run first, and the network twice.
        const slopes = run(call, image, wanted).map((features, i) => {
          const slope = gradientAt[wanted[i]!]!(features);
          assertSameShape(call, 'the gradient', slope, `the features of ${wanted[i]!}`, features);
          return slope;
        });
        const along = (x: Tensor): Tensor => {
          const found = run(call, x as Image, wanted);
          return addAll(found.map((features, i) => tf.sum(tf.mul(features, slopes[i]!))));
        };
        return namingMissing(call, 'the model', () => tf.grad(along)(image) as Image, remedy);
      });
    },
    dispose() {
      disposed = true;
    },
  };
}

const listed = (names: readonly string[]): string =>
  `known are ${names.slice(0, 40).join(', ')}${names.length > 40 ? ` and ${names.length - 40} more` : ''}`;
