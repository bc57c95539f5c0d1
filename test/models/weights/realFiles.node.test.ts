import { describe, expect, it } from 'vitest';
import {
  decoderCandidates,
  encoderCandidates,
  readConvolution,
  safetensors,
  torchCheckpoint,
  vggCandidates,
  vggConvolutions,
  type WeightSource,
} from '../../../src/models/weights/index.js';
import { dataFile, hasData, plainSafetensors } from './_data.js';

const levels = (family: string, count: number): string[] =>
  ['encoder', 'decoder'].flatMap((kind) => Array.from({ length: count }, (_, i) => `${family}-${kind}-${i + 1}`));
const checkpoints = [...levels('ust', 3), ...levels('ust16x', 5)];

/** Asserts that the source holds exactly the arrays of the safetensors file, number for number. */
async function expectSameArrays(source: WeightSource, expectedFile: string): Promise<void> {
  const expected = plainSafetensors(expectedFile);
  expect([...(await source.entries()).keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, { shape, values }] of expected) {
    const actual = await source.read(name);
    expect(actual.shape).toEqual(shape);
    expect(Buffer.from(actual.values.buffer).equals(Buffer.from(Float32Array.from(values).buffer)), name).toBe(true);
  }
}

describe.skipIf(!hasData)('real files', () => {
  it.each(['slim-prototype', 'vgg19-imagenet-conv1_1-conv3_4', 'ust-encoder-3'])(
    'safetensors(bytes) reads %s',
    (name) => expectSameArrays(safetensors(dataFile(`${name}.safetensors`)), `${name}.safetensors`),
  );

  it.each(checkpoints)('torchCheckpoint(bytes) of %s.pth equals its safetensors', (name) =>
    expectSameArrays(torchCheckpoint(dataFile(`${name}.pth`)), `${name}.safetensors`),
  );

  it.each(['mixed.legacy', 'mixed.zip', 'wrapped.legacy', 'wrapped.zip'])(
    'torchCheckpoint(bytes) reads the fixture %s',
    (name) =>
      expectSameArrays(
        torchCheckpoint(dataFile(`torch-format-fixtures/${name}.pth`)),
        `torch-format-fixtures/${name.split('.')[0]!}.expected.safetensors`,
      ),
  );

  it('torchCheckpoint(bytes) reads the zip form of ust-encoder-1', () =>
    expectSameArrays(
      torchCheckpoint(dataFile('torch-format-fixtures/ust-encoder-1.zip.pth')),
      'ust-encoder-1.safetensors',
    ));

  it('torchCheckpoint(bytes, { key }) finds the state dict under its key, and says what there is instead', async () => {
    const bytes = dataFile('torch-format-fixtures/wrapped.zip.pth');
    await expectSameArrays(
      torchCheckpoint(bytes, { key: 'model' }),
      'torch-format-fixtures/wrapped.expected.safetensors',
    );
    await expect(torchCheckpoint(bytes, { key: 'opt' }).entries()).rejects.toThrow(
      /under the key 'opt'; got a dict with 'epoch', 'model'/,
    );
  });

  it('readConvolution finds every layer of VGG-19 up to conv3_4', async () => {
    const source = safetensors(dataFile('vgg19-imagenet-conv1_1-conv3_4.safetensors'));
    const channels = [3, 64, 64, 128, 128, 256, 256, 256, 256];
    for (const [i, layer] of vggConvolutions('vgg19', 'conv3_4').entries()) {
      const expected = { kernelSize: 3, inputChannels: channels[i]!, outputChannels: channels[i + 1]! };
      const { kernelShape, bias } = await readConvolution(source, layer, vggCandidates('vgg19', layer), expected);
      expect(kernelShape).toEqual([3, 3, expected.inputChannels, expected.outputChannels]);
      expect(bias).toHaveLength(expected.outputChannels);
    }
  });

  it.each(['ust-encoder-3.pth', 'ust16x-encoder-3.pth'])('readConvolution finds every layer of %s', async (file) => {
    const source = torchCheckpoint(dataFile(file));
    for (const layer of ['conv0', ...vggConvolutions('vgg19', 'conv3_1')])
      await readConvolution(source, layer, encoderCandidates(3, layer), { kernelSize: layer === 'conv0' ? 1 : 3 });
  });

  it.each([
    ['ust-decoder-3.pth', 3],
    ['ust16x-decoder-5.pth', 5],
  ])('readConvolution finds every layer of %s, in a chain of fitting channels', async (file, level) => {
    const source = torchCheckpoint(dataFile(file));
    let inputChannels: number | undefined;
    for (const layer of vggConvolutions('vgg19', `conv${level}_1`).reverse()) {
      const { kernelShape } = await readConvolution(source, layer, decoderCandidates(level, layer), {
        kernelSize: 3,
        inputChannels,
      });
      inputChannels = kernelShape[3];
    }
    expect(inputChannels).toBe(3);
  });

  it('readConvolution finds every layer of the slim prototype', async () => {
    const source = safetensors(dataFile('slim-prototype.safetensors'));
    for (const layer of vggConvolutions('vgg19', 'conv5_1'))
      await readConvolution(source, layer, vggCandidates('vgg19', layer));
    for (const layer of vggConvolutions('vgg19', 'conv4_1'))
      expect((await readConvolution(source, layer, decoderCandidates(4, layer))).name).toBe(`decoder4.${layer}.weight`);
  });
});
