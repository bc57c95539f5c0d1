import { describe, expect, it } from 'vitest';
import {
  decoderCandidates,
  encoderCandidates,
  vggCandidates,
  vggConvolutions,
} from '../../../src/models/weights/index.js';

/** The places of the convolutions in torchvision's `features`, as its published state dicts name them. */
const torchvision = {
  vgg16: [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28],
  vgg19: [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34],
};

describe('vggCandidates(architecture, layer)', () => {
  it.each(['vgg16', 'vgg19'] as const)('gives the places of torchvision for %s', (architecture) => {
    const first = vggConvolutions(architecture).map((layer) => vggCandidates(architecture, layer)[0]);
    expect(first).toEqual(torchvision[architecture].map((i) => `features.${i}`));
  });

  it('gives the names of Keras, of this library and of the compressed family', () => {
    expect(vggCandidates('vgg19', 'conv3_4').slice(1)).toEqual([
      'block3_conv4',
      'conv3_4',
      'encoder.conv3_4',
      'conv34',
    ]);
  });
});

describe('encoderCandidates(level, layer), decoderCandidates(level, layer)', () => {
  // The published tables of the universal style transfer files, levels 1..3.
  it.each([
    [1, { conv0: 0, conv1_1: 2 }],
    [2, { conv0: 0, conv1_1: 2, conv1_2: 5, conv2_1: 9 }],
    [3, { conv0: 0, conv1_1: 2, conv1_2: 5, conv2_1: 9, conv2_2: 12, conv3_1: 16 }],
  ])('give the places in the encoder of level %i', (level, places) => {
    for (const [layer, place] of Object.entries(places)) expect(encoderCandidates(level, layer)[0]).toBe(String(place));
  });

  it.each([
    [1, { conv1_1: 1 }],
    [2, { conv2_1: 1, conv1_2: 5, conv1_1: 8 }],
    [3, { conv3_1: 1, conv2_2: 5, conv2_1: 8, conv1_2: 12, conv1_1: 15 }],
  ])('give the places in the decoder of level %i', (level, places) => {
    for (const [layer, place] of Object.entries(places)) expect(decoderCandidates(level, layer)[0]).toBe(String(place));
  });

  it('give the other spellings, and no place to what is not in the network', () => {
    expect(encoderCandidates(1, 'conv0')).toEqual(['0', 'conv0', 'encoder.conv0', 'conv0']);
    expect(encoderCandidates(1, 'conv4_1')).toEqual(['conv4_1', 'encoder.conv4_1', 'conv41']);
    expect(decoderCandidates(5, 'conv5_1')).toEqual(['1', 'conv5_1', 'decoder5.conv5_1', 'conv51']);
  });
});
