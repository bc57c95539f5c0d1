import { type WeightArray, vggConvolutions } from '../../src/index.js';
import { randomNumbers } from '../../src/internal/randomNumbers.js';
import { channelsOf } from '../../src/models/architectures.js';
import { arraysFile } from './files.js';

/** VGG-19 of full width up to a convolution, its random numbers scaled so that features neither vanish nor explode. */
export function randomWeights(last: string): Promise<string> {
  return arraysFile(`random-${last}`, () => {
    const { normal } = randomNumbers(1);
    const arrays: Record<string, WeightArray> = {};
    let input = 3;
    for (const layer of vggConvolutions('vgg19', last)) {
      const output = channelsOf(layer, 64);
      const deviation = Math.sqrt(2 / (9 * input));
      const kernel = Float32Array.from({ length: 9 * input * output }, () => deviation * normal());
      arrays[`${layer}.weight`] = { shape: [output, input, 3, 3], values: kernel };
      arrays[`${layer}.bias`] = { shape: [output], values: new Float32Array(output) };
      input = output;
    }
    return arrays;
  });
}
