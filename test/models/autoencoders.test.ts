import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  type AutoencoderFamily,
  type AutoencoderLevel,
  type ReadOptions,
  type WeightSource,
  autoencoderFamilies,
  encodeSafetensors,
  loadAutoencoders,
  loadDecoder,
  safetensors,
} from '../../src/models/index.js';
import { expectTensorGrowth, randomTensor, relativeL2, tolerance } from '../_setup/compare.js';
import { autoencoderArrays, autoencoderSource, widths } from './_autoencoders.js';

const read = (x: tf.Tensor): Promise<Float32Array> => x.data<'float32'>();

/** A convolution in plain operations of TensorFlow.js, from the arrays of a file. */
function plainConv(x: tf.Tensor4D, name: string, padding: 'reflect' | 'zero' = 'reflect'): tf.Tensor4D {
  const arrays = autoencoderArrays();
  const weight = arrays[`${name}.weight`]!;
  const kernel = tf.transpose(
    tf.tensor4d(weight.values, weight.shape as [number, number, number, number]),
    [2, 3, 1, 0],
  );
  const bias = tf.tensor1d(arrays[`${name}.bias`]!.values);
  const border: [number, number][] = [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ];
  const padded = padding === 'reflect' ? tf.mirrorPad(x, border, 'reflect') : tf.pad(x, border);
  return tf.add(tf.conv2d(padded, kernel, 1, 'valid'), bias);
}
const enlarged = (x: tf.Tensor4D): tf.Tensor4D => tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]);

/** A source that counts what is read. */
function counted(source: WeightSource): { source: WeightSource; reads: string[] } {
  const reads: string[] = [];
  const spy: WeightSource = {
    ...source,
    read: (name, options) => {
      reads.push(name);
      return source.read(name, options);
    },
  };
  return { source: spy, reads };
}

describe('loadDecoder', () => {
  test.each([
    ['reflect', false],
    ['zero', true],
  ] as const)(
    'loadDecoder(source, { padding: %s, finalRelu: %s }) is the chain of its layers',
    async (padding, finalRelu) => {
      const decoder = await loadDecoder(autoencoderSource(), { level: 3, padding, finalRelu });
      const features = randomTensor<tf.Rank.R4>([2, 3, 4, widths[2]], 5, -1, 2);
      const image = await expectTensorGrowth(1, () => decoder.decode(features));
      const expected = tf.tidy(() => {
        let x = tf.relu(plainConv(features, 'decoder3.conv3_1', padding));
        x = enlarged(x);
        x = tf.relu(plainConv(x, 'decoder3.conv2_2', padding));
        x = tf.relu(plainConv(x, 'decoder3.conv2_1', padding));
        x = enlarged(x);
        x = tf.relu(plainConv(x, 'decoder3.conv1_2', padding));
        x = plainConv(x, 'decoder3.conv1_1', padding);
        return finalRelu ? tf.relu(x) : x;
      });
      expect(image.shape).toEqual([2, 12, 16, 3]);
      expect(relativeL2(await read(image), await read(expected))).toBeLessThan(tolerance());
      expect((await read(image)).some((value) => value < 0)).toBe(!finalRelu);
      tf.dispose([features, image, expected]);
      decoder.dispose();
    },
  );

  test('loadDecoder(source, { winograd: false }) decodes the same, one operation after the other', async () => {
    const before = tf.memory().numTensors;
    const features = randomTensor<tf.Rank.R4>([1, 3, 5, 16], 5, -1, 2);
    const bytes = encodeSafetensors(autoencoderArrays(1, 5, [16, 16, 16, 16, 16]));
    const images = [];
    for (const winograd of [true, false]) {
      const decoder = await loadDecoder(safetensors(bytes), { level: 5, winograd });
      const shortened = decoder.outline.filter(({ sides, channels }) => sides === 'doubled' && channels !== undefined);
      expect(shortened.length).toBe(winograd && tf.getBackend() === 'wasm' ? 4 : 0);
      images.push(await expectTensorGrowth(1, () => decoder.decode(features)));
      decoder.dispose();
    }
    expect(relativeL2(await read(images[0]!), await read(images[1]!))).toBeLessThan(tolerance());
    tf.dispose([features, ...images]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('loadDecoder(source, options) refuses what it cannot do', async () => {
    await expect(loadDecoder(autoencoderSource(), { level: 6 as 5 })).rejects.toThrow(
      /level must be one of 1, 2, 3, 4, 5; got 6/,
    );
    await expect(loadDecoder(autoencoderSource(), { level: 1, padding: 'mirror' as 'zero' })).rejects.toThrow(
      /padding/,
    );
    await expect(loadDecoder(autoencoderSource(1, 2), { level: 3 })).rejects.toThrow(/'conv3_1'/);
    const decoder = await loadDecoder(autoencoderSource(), { level: 2 });
    const wrong = tf.zeros<tf.Rank.R4>([1, 4, 4, 5]);
    const small = tf.zeros<tf.Rank.R4>([1, 1, 4, widths[1]]);
    expect(() => decoder.decode(wrong)).toThrow(`decode: features must have ${widths[1]} channels`);
    expect(() => decoder.decode(small)).toThrow('decode: features must have at least 2x2 positions; got 1x4');
    decoder.dispose();
    expect(() => decoder.decode(small)).toThrow('has been disposed');
    tf.dispose([wrong, small]);
  });

  test('loadDecoder(source, options).dispose() frees its weights; an aborted load leaves nothing', async () => {
    const before = tf.memory().numTensors;
    const decoder = await loadDecoder(autoencoderSource(), { level: 4 });
    expect(tf.memory().numTensors - before).toBe(2 * 9);
    decoder.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(loadDecoder(autoencoderSource(), { level: 4, signal })).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('loadAutoencoders', () => {
  test('loadAutoencoders(source, { family }) encodes as the chain of its layers', async () => {
    const levels = await loadAutoencoders(autoencoderSource(), { family: 'slim', levels: [2] });
    const image = randomTensor<tf.Rank.R4>([1, 7, 10, 3], 3);
    const features = await expectTensorGrowth(1, () => levels[0]!.encode(image));
    const expected = tf.tidy(() => {
      let x = tf.relu(plainConv(image, 'encoder.conv1_1'));
      x = tf.relu(plainConv(x, 'encoder.conv1_2'));
      return tf.relu(plainConv(tf.maxPool(x, 2, 2, 'valid'), 'encoder.conv2_1'));
    });
    expect(features.shape).toEqual([1, 3, 5, widths[1]]);
    expect(relativeL2(await read(features), await read(expected))).toBeLessThan(tolerance());
    tf.dispose([image, features, expected]);
    levels[0]!.dispose();
  });

  test('loadAutoencoders(source, { family }) takes plain data: each field changes the networks', async () => {
    const image = randomTensor<tf.Rank.R4>([1, 13, 9, 3], 4);
    const reconstruct = async (change: Partial<AutoencoderFamily>): Promise<[number[], Float32Array]> => {
      const family = { ...autoencoderFamilies.slim, ...change };
      const [level] = await loadAutoencoders(autoencoderSource(), { family, levels: [3] });
      const result = tf.tidy(() => level!.decode(level!.encode(image)));
      level!.dispose();
      const values = await read(result);
      result.dispose();
      return [result.shape, values];
    };
    const [shape, usual] = await reconstruct({});
    expect(shape).toEqual([1, 12, 8, 3]);
    expect((await reconstruct({ poolRounding: 'ceil' }))[0]).toEqual([1, 16, 12, 3]);
    for (const change of [{ padding: 'zero' }, { pooling: 'average' }, { finalRelu: true }] as const)
      expect(relativeL2((await reconstruct(change))[1], usual)).toBeGreaterThan(1e-3);
    await expect(reconstruct({ preprocessing: 'conv0' })).rejects.toThrow(/'conv0'/);
    image.dispose();
  });

  test('loadAutoencoders(source, { lazy }) reads nothing before load(), and frees with dispose()', async () => {
    const { source, reads } = counted(autoencoderSource());
    const before = tf.memory().numTensors;
    const levels = await loadAutoencoders(source, { family: 'slim', levels: [5, 1], lazy: true });
    expect(reads).toEqual([]);
    expect(levels.map(({ level, name, stride, reach, loaded }) => [level, name, stride, reach, loaded])).toEqual([
      [5, 'relu5_1', 16, 70, false],
      [1, 'relu1_1', 1, 1, false],
    ]);
    const image = tf.zeros<tf.Rank.R4>([1, 32, 32, 3]);
    expect(() => levels[1]!.encode(image)).toThrow('encode: the weights of level 1 are not loaded; await load() first');
    await levels[1]!.load();
    await levels[1]!.load();
    // The shared encoder reaches to the deepest level asked for: 13 convolutions, and one of the decoder.
    expect(reads.length).toBe(2 * 14);
    await Promise.all([levels[0]!.load(), levels[0]!.load()]);
    expect(reads.length).toBe(2 * (14 + 13));
    tf.dispose([levels[1]!.encode(image), levels[0]!.encode(image)]);
    levels[1]!.dispose();
    expect(levels.map(({ loaded }) => loaded)).toEqual([true, false]);
    levels[0]!.encode(image).dispose();
    levels[0]!.dispose();
    levels[0]!.dispose();
    image.dispose();
    expect(tf.memory().numTensors).toBe(before);
    await levels[0]!.load();
    expect(levels[0]!.loaded).toBe(true);
    levels[0]!.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('loadAutoencoders(sources, options) asks for each part of a level when it is needed', async () => {
    const asked: string[] = [];
    const family = { ...autoencoderFamilies.slim, encoders: 'per-level' } as const;
    const levels = await loadAutoencoders(
      async (part, level) => {
        asked.push(`${part} ${level}`);
        return Promise.resolve(autoencoderSource());
      },
      { family, levels: [1, 3], lazy: true },
    );
    expect(asked).toEqual([]);
    await levels[1]!.load();
    expect(asked).toEqual(['encoder 3', 'decoder 3']);
    levels[1]!.dispose();
  });

  test('loadAutoencoders(source, options) frees everything when a level fails', async () => {
    const before = tf.memory().numTensors;
    const load = (source: WeightSource, read: ReadOptions = {}) =>
      loadAutoencoders(source, { family: 'slim', levels: [1, 2, 3], ...read });
    const arrays = autoencoderArrays();
    const { 'decoder3.conv2_1.weight': _, ...incomplete } = arrays;
    await expect(load(safetensors(encodeSafetensors(incomplete)))).rejects.toThrow(/'conv2_1'/);
    expect(tf.memory().numTensors).toBe(before);
    const thin = { shape: [6, 7, 3, 3], values: new Float32Array(6 * 7 * 9) };
    const unlike = safetensors(encodeSafetensors({ ...arrays, 'decoder3.conv3_1.weight': thin }));
    await expect(load(unlike)).rejects.toThrow(
      'the decoder of level 3 must take the 8 channels of the encoder; it takes 7',
    );
    expect(tf.memory().numTensors).toBe(before);
    await expect(load(autoencoderSource(), { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
    // What failed once can succeed later.
    let broken = true;
    const [level] = await loadAutoencoders(
      () => {
        if (broken) throw new Error('offline');
        return autoencoderSource();
      },
      { family: 'slim', levels: [1], lazy: true },
    );
    await expect(level!.load()).rejects.toThrow('offline');
    broken = false;
    await level!.load();
    level!.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('loadAutoencoders(source, options) names what is wrong with its options', async () => {
    const source = autoencoderSource();
    await expect(loadAutoencoders(source, { family: 'vgg' as 'ust' })).rejects.toThrow(
      "'ust', 'ust16x', 'slim'; got 'vgg'",
    );
    for (const levels of [[], [1, 1], [6 as 5]] as AutoencoderLevel[][])
      await expect(loadAutoencoders(source, { family: 'slim', levels })).rejects.toThrow(
        'levels must be some of 1, 2, 3, 4, 5',
      );
  });
});
