import * as esbuild from 'esbuild';
import { name } from './consumer.mjs';

/* A program that uses the package and checks numbers, as TypeScript and as JavaScript. */

const names = {
  losses: ['gramMatrix', 'styleLoss'],
  models: ['insertLossTaps', 'randomVgg'],
};
export const importLines = [
  `import * as tf from '@tensorflow/tfjs-core';`,
  `import '@tensorflow/tfjs-backend-cpu';`,
  ...Object.entries(names).map(([from, list]) => `import { ${list.join(', ')} } from '${name}/${from}';`),
].join('\n');
export const requireLines = [
  `const tf = require('@tensorflow/tfjs-core');`,
  `require('@tensorflow/tfjs-backend-cpu');`,
  ...Object.entries(names).map(([from, list]) => `const { ${list.join(', ')} } = require('${name}/${from}');`),
].join('\n');

// Valid TypeScript and, with its few type arguments taken out, JavaScript.
export const program = `
function near(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const wrong = Array.from(expected).some((value, i) => !(Math.abs(actual[i]! - value) <= tolerance * Math.abs(value)));
  if (wrong || actual.length !== expected.length) {
    throw new Error(what + ': expected ' + Array.from(expected).join() + '; got ' + Array.from(actual).join());
  }
}
type Map4 = tf.Tensor4D;

export async function check(): Promise<string> {
  await tf.ready();
  // F = [1 2; 1 2; 3 4; 3 4], G = F^T F = [20 28; 28 40]: by hand, d sum(G) / dF = 2 F 1 and d |G|^2 / dF = 4 F G.
  const features: Map4 = tf.tensor4d([1, 2, 1, 2, 3, 4, 3, 4], [1, 2, 2, 2]);
  const gram = gramMatrix(features, { normalization: 'none' });
  if (!(gram instanceof tf.Tensor)) throw new Error('two copies of Tensor, hence two engines');
  near('gramMatrix', gram.dataSync(), [20, 28, 28, 40], 1e-6);
  const ofGram = tf.grad((x: tf.Tensor) => tf.sum(gramMatrix(x as Map4, { normalization: 'none' })))(features);
  near('tf.grad of gramMatrix', ofGram.dataSync(), [6, 6, 6, 6, 14, 14, 14, 14], 1e-5);
  const distance = styleLoss(tf.zeros<tf.Rank.R4>([1, 1, 1, 2]), { normalization: 'none', reduction: 'sum' });
  const slope = tf.grad((x: tf.Tensor) => distance(tf.mul(x, 1) as Map4))(features);
  near('tf.grad of styleLoss', slope.dataSync(), [304, 432, 304, 432, 688, 976, 688, 976], 1e-5);

  // Through a network: against central differences along the gradient.
  const network = randomVgg({ seed: 1, width: 4, upTo: 'relu2_1' });
  const picture: Map4 = tf.tensor4d(Float32Array.from({ length: 8 * 8 * 3 }, (_, i) => 0.5 + 0.4 * Math.sin(i)), [1, 8, 8, 3]);
  const taps = insertLossTaps(network, [
    { layer: 'relu1_1', loss: distance0(network, picture), weight: 2 },
    { layer: 'relu2_1', loss: (x: Map4) => tf.mean<tf.Scalar>(tf.square(x)) },
  ]);
  const plain = (x: Map4): tf.Scalar => {
    const maps = network.features(x, ['relu1_1', 'relu2_1']);
    return tf.add(tf.mean(tf.square(maps.relu1_1)), tf.mean(tf.square(maps.relu2_1)));
  };
  for (const [what, f] of [['insertLossTaps', taps], ['features', plain]] as [string, (x: Map4) => tf.Scalar][]) {
    const grad = tf.grad((x: tf.Tensor) => f(x as Map4))(picture);
    const size = tf.norm(grad).dataSync()[0]!;
    const at = (step: number): number => f(tf.add(picture, tf.mul(grad, step / size)) as Map4).dataSync()[0]!;
    near('tf.grad of ' + what, [size], [(at(1e-3) - at(-1e-3)) / 2e-3], 2e-2);
  }
  const closed = taps.valueAndGrad(picture);
  near('valueAndGrad', closed.grad.dataSync(), tf.grad((x: tf.Tensor) => taps(x as Map4))(picture).dataSync(), 1e-3);
  return 'right numbers';
}

function distance0(network: ReturnType<typeof randomVgg>, picture: Map4) {
  const half = tf.mul(picture, 0.5) as Map4;
  return styleLoss(network.features(half, ['relu1_1']).relu1_1);
}
`;
/** The same as JavaScript. */
export const script = esbuild.transformSync(program, { loader: 'ts', format: 'esm', target: 'es2022' }).code;
