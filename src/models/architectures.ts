/**
 * The convolutions of the VGG networks by block (Simonyan & Zisserman 2015, columns D and E), the one source of every layer
 * name: before the relu it is `convA_B`, after it `reluA_B`, and each block ends in `poolA`.
 */
export const architectures = {
  /** Column D: 13 convolutions. */
  vgg16: [
    ['1_1', '1_2'],
    ['2_1', '2_2'],
    ['3_1', '3_2', '3_3'],
    ['4_1', '4_2', '4_3'],
    ['5_1', '5_2', '5_3'],
  ],
  /** Column E: 16 convolutions. */
  vgg19: [
    ['1_1', '1_2'],
    ['2_1', '2_2'],
    ['3_1', '3_2', '3_3', '3_4'],
    ['4_1', '4_2', '4_3', '4_4'],
    ['5_1', '5_2', '5_3', '5_4'],
  ],
} as const;

/** `'vgg16'` or `'vgg19'`. */
export type Architecture = keyof typeof architectures;

/** `'1_1'`, `'1_2'`, ... of an architecture. */
export type ConvIndex<A extends Architecture = Architecture> = (typeof architectures)[A][number][number];

/** Every layer of a VGG network that can be named: `'image'`, `'conv1_1'`, `'relu1_1'`, ..., `'pool5'`. */
export type VggLayer<A extends Architecture = Architecture> =
  'image' | `conv${ConvIndex<A>}` | `relu${ConvIndex<A>}` | `pool${1 | 2 | 3 | 4 | 5}`;

/** The block of a layer: 3 of `'conv3_2'`. */
export const blockOf = (layer: string): number => Number(layer.charAt(4));

/** Output channels of the blocks at full width. */
const blockChannels = [64, 128, 256, 512, 512] as const;

/** Output channels of a layer such as `'conv3_2'` in a network whose first block has `width`. */
export const channelsOf = (layer: string, width: number): number =>
  (width * blockChannels[blockOf(layer) - 1]!) / blockChannels[0];

/** The layers of an architecture in order, `'image'` first: the run-time list behind {@link VggLayer}. */
export function vggLayers<A extends Architecture>(architecture: A): VggLayer<A>[] {
  const blocks: readonly (readonly string[])[] = architectures[architecture];
  const names = blocks.flatMap((indices, block) => [
    ...indices.flatMap((index) => [`conv${index}`, `relu${index}`]),
    `pool${block + 1}`,
  ]);
  return ['image', ...names] as VggLayer<A>[];
}
