import * as tf from '@tensorflow/tfjs-core';
import {
  type VggLayer,
  contentLoss,
  gramMatrix,
  insertLossTaps,
  loadAutoencoders,
  loadVgg,
  safetensors,
  styleLoss,
  totalVariationLoss,
  universalStyleTransfer,
  wct,
} from 'pastiche';
import { describe, inject } from 'vitest';
import { type StoredArray, arraysOf, toImage } from '../_setup/safetensors';
import { type Pair, deviation } from './measure';
import type { Numbers } from './reference/arrays';

/* The values of PyTorch in float64 on published weights, from the folder beside the repository. In full width on a GPU that a
   processor plays, or on the cpu backend, this takes minutes. */

interface Golden {
  pairs: {
    a: { tv_l2: number; pools: Record<Pool, { tapsets: { relu: { total_gatys: number } } }> };
  };
}
type Pool = 'max' | 'avg';

const folder = inject('sharedData');

/** A file of the folder, from the disk or, in a browser, from Vite. */
async function read(name: string): Promise<Uint8Array> {
  if (inject('inBrowser')) return new Uint8Array(await (await fetch(`/@fs${folder}/${name}`)).arrayBuffer());
  // A name that Vite does not look into when it serves this file to a browser.
  const moduleOfNode = 'node:fs/promises';
  const { readFile } = (await import(/* @vite-ignore */ moduleOfNode)) as typeof import('node:fs/promises');
  return new Uint8Array(await readFile(`${folder}/${name}`));
}

/** Does something at its first call, and remembers it. */
function once<K, T>(make: (key: K) => Promise<T>): (key: K) => Promise<T> {
  const made = new Map<K, Promise<T>>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key)!;
  };
}

const files = once(async (name: string) => arraysOf(await read(`golden/${name}.safetensors`)));
const array = async (file: string, name: string): Promise<StoredArray> => (await files(file)).get(name)!;
const golden = once(
  async (name: string) => JSON.parse(new TextDecoder().decode(await read(`golden/${name}.json`))) as Golden,
);
const values = async (file: string, name: string): Promise<Numbers> => (await array(file, name)).values;
const picture = async (name: string): Promise<tf.Tensor4D> => toImage(await array('images', name));

async function numbersOf(tensor: tf.Tensor): Promise<Numbers> {
  const result = Float32Array.from(await tensor.data());
  tensor.dispose();
  return result;
}

/** VGG-19 on one picture with one kind of pooling: what all rows but the last ones read. */
const vgg = once(async (pool: Pool) => {
  const network = await loadVgg(safetensors(await read('weights/vgg19-imagenet-conv1_1-conv3_4.safetensors')), {
    upTo: 'relu3_2',
    pooling: pool === 'max' ? 'max' : 'average',
  });
  const [content, style] = [await picture('tubingen_64x48'), await picture('starry_64x48')];
  const x = toImage(await array('gatys', 'a/x'));
  const layers = ['relu1_1', 'relu2_1', 'relu3_1'] as const;
  const [targets, strokes] = [network.features(content, ['relu3_2']), network.features(style, layers)];
  const objective = insertLossTaps(network, [
    { layer: 'relu3_2', loss: contentLoss(targets.relu3_2, { reduction: 'half-sum' }) },
    ...layers.map((layer) => ({ layer, loss: styleLoss(strokes[layer]), weight: 20 / 3 })),
  ]);
  const { value, grad, parts } = objective.valueAndGrad(x);
  const features = network.features(x, [...layers, 'conv3_2']);
  const result = {
    value: await numbersOf(value),
    grad: await numbersOf(grad),
    features: new Map<VggLayer<'vgg19'>, Numbers>(),
    grams: new Map<string, Numbers>(),
  };
  for (const layer of layers) {
    const [raw, divided] = (['none', 'elements'] as const).map((normalization) =>
      gramMatrix(features[layer], { normalization }),
    ) as [tf.Tensor3D, tf.Tensor3D];
    result.grams.set(`gram_raw/x/${layer}`, await numbersOf(raw));
    result.grams.set(`gram_chw/x/${layer}`, await numbersOf(divided));
  }
  for (const layer of [...layers, 'conv3_2'] as const) result.features.set(layer, await numbersOf(features[layer]));
  tf.dispose([content, style, x, parts ?? [], targets, strokes]);
  network.dispose();
  return result;
});

describe.skipIf(folder === '')('PyTorch', () => {
  deviation('`features`, VGG-19 to `conv3_2`', async () => {
    const [max, average] = [await vgg('max'), await vgg('avg')];
    return [
      [max.features.get('relu2_1')!, await values('gatys', 'a/max/act/x/relu2_1')],
      [max.features.get('conv3_2')!, await values('gatys', 'a/max/act/x/conv3_2')],
      [average.features.get('conv3_2')!, await values('gatys', 'a/avg/act/x/conv3_2')],
    ];
  });

  deviation('`gramMatrix` of `relu1_1`, `relu2_1`, `relu3_1`', async () => {
    const stored = await files('gatys');
    return [...(await vgg('max')).grams].flatMap(([name, matrix]): Pair[] => {
      const expected = stored.get(`a/max/${name}`);
      return expected === undefined ? [] : [[matrix, expected.values]];
    });
  });

  const pools = ['max', 'avg'] as const;
  deviation('content and style loss together', async () =>
    Promise.all(
      pools.map(async (pool): Promise<Pair> => [
        (await vgg(pool)).value,
        [(await golden('gatys')).pairs.a.pools[pool].tapsets.relu.total_gatys],
      ]),
    ),
  );
  deviation('their image gradient', async () =>
    Promise.all(
      pools.map(async (pool): Promise<Pair> => [
        (await vgg(pool)).grad,
        await values('gatys', `a/${pool}/relu/grad_total_gatys`),
      ]),
    ),
  );
  deviation('`totalVariationLoss` and its gradient', async () => {
    const x = toImage(await array('gatys', 'a/x'));
    const { value, grad } = totalVariationLoss({ norm: 'l2', reduction: 'sum' }).valueAndGrad(x);
    x.dispose();
    return [
      [value, [(await golden('gatys')).pairs.a.tv_l2]],
      [grad, await values('gatys', 'a/grad_tv_l2')],
    ];
  });

  // Fewer positions than channels: the weakest direction that is whitened is amplified 17 times, and its rounding with it.
  deviation(
    '`wct` of `relu3_1`, 192 positions of 256 channels',
    async () => {
      const content = toImage(await array('ust', 'wct/a/3/content_feature'));
      const style = toImage(await array('ust', 'wct/a/3/style_feature'));
      const result = await wct(content, style);
      tf.dispose([content, style]);
      return [[result, await values('ust', 'wct/a/3/feature')]];
    },
    17,
  );

  deviation('`universalStyleTransfer`, level 2, full width', async () => {
    const [level] = await loadAutoencoders(
      async (part, level) => safetensors(await read(`weights/ust-${part}-${level}.safetensors`)),
      { family: 'ust', levels: [2] },
    );
    const [content, style] = [await picture('tubingen_64x48'), await picture('starry_64x48')];
    let unclipped: Numbers = [];
    const result = await universalStyleTransfer({
      content,
      style,
      levels: [level!],
      onLevel: async ({ image }) => {
        unclipped = Float32Array.from(await image.data());
      },
    });
    tf.dispose([content, style, result]);
    level!.dispose();
    return [[unclipped, await values('ust', 'decoded/a/ust-2/li/alpha1.0')]];
  });
});
