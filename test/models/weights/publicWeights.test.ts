import { describe, expect, it } from 'vitest';
import { decoderCandidates, encoderCandidates, publicWeights } from '../../../src/models/weights/index.js';

const all = Object.entries(publicWeights);

describe('publicWeights', () => {
  it('has two VGG networks and two families of five encoders and decoders', () => {
    expect(all).toHaveLength(22);
  });

  it.each(all)('%s has a pinned https address, a file of its own, a licence and sound numbers', (_, weights) => {
    expect(weights.url).toMatch(/^https:\/\/.*\/[0-9a-f]{40}\//);
    expect(all.filter(([, { file, url }]) => file === weights.file || url === weights.url)).toHaveLength(1);
    expect(weights.license.length).toBeGreaterThan(2);
    expect(weights.sha256 ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/);
    expect(weights.file.endsWith(weights.format === 'torch' ? '.pth' : '.safetensors')).toBe(true);
  });

  it('lists the layers in the order of the network', () => {
    expect(publicWeights['ust-encoder-3'].layers).toEqual([
      'conv0',
      'conv1_1',
      'conv1_2',
      'conv2_1',
      'conv2_2',
      'conv3_1',
    ]);
    expect(publicWeights['ust16x-decoder-2'].layers).toEqual(['conv2_1', 'conv1_2', 'conv1_1']);
    expect(publicWeights['vgg16-torchvision'].layers).toHaveLength(13);
    expect(publicWeights['vgg19-torchvision'].layers).toHaveLength(16);
  });

  it('names layers that have a place in the published networks', () => {
    for (const level of [1, 2, 3, 4, 5] as const) {
      for (const layer of publicWeights[`ust-encoder-${level}`].layers)
        expect(encoderCandidates(level, layer)[0]).toMatch(/^\d+$/);
      for (const layer of publicWeights[`ust-decoder-${level}`].layers)
        expect(decoderCandidates(level, layer)[0]).toMatch(/^\d+$/);
    }
  });
});
