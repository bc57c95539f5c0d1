import { type GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import type { WeightSource } from 'pastiche';

/* A TensorFlow.js graph model as converters write it, made from the small weights of this repository: in the place of a download. */

const type = (name: string) => ({ dtype: { type: name }, T: { type: 'DT_FLOAT' } });
const ints = (...i: number[]) => ({ list: { i: i.map(String) } });
const paddings = new Int32Array([0, 0, 1, 1, 1, 1, 0, 0]);

/** The first five convolutions of the encoder, with nodes such as `vgg/block2_conv1/Relu`. */
export async function smallGraphModel(source: WeightSource): Promise<GraphModel> {
  const node: object[] = [
    { name: 'image', op: 'Placeholder', attr: type('DT_FLOAT') },
    { name: 'one', op: 'Const', attr: type('DT_INT32') },
  ];
  const specs: tf.io.WeightsManifestEntry[] = [{ name: 'one', shape: [4, 2], dtype: 'int32' }];
  const data: ArrayBufferView[] = [paddings];
  let input = 'image';
  const add = (name: string, op: string, inputs: string[], attr: object = {}): void => {
    node.push({ name, op, input: inputs, attr: { ...type('DT_FLOAT'), ...attr } });
    input = name;
  };
  for (const layer of ['1_1', '1_2', '2_1', '2_2', '3_1']) {
    const name = `vgg/block${layer.replace('_', '_conv')}`;
    for (const part of ['weight', 'bias'] as const) {
      const { shape, values } = await source.read(`encoder.conv${layer}.${part}`);
      const kernel = tf.tensor(values, [...shape]);
      const turned = part === 'weight' ? tf.transpose(kernel, [2, 3, 1, 0]) : kernel;
      node.push({ name: `${name}/${part}`, op: 'Const', attr: type('DT_FLOAT') });
      specs.push({ name: `${name}/${part}`, shape: turned.shape, dtype: 'float32' });
      data.push(await turned.data<'float32'>());
    }
    if (layer === '2_1' || layer === '3_1') {
      const window = { ksize: ints(1, 2, 2, 1), strides: ints(1, 2, 2, 1), padding: { s: btoa('VALID') } };
      add(`${name}/pool`, 'MaxPool', [input], window);
    }
    add(`${name}/pad`, 'MirrorPad', [input, 'one'], { mode: { s: btoa('REFLECT') } });
    add(`${name}/Conv2D`, 'Conv2D', [input, `${name}/weight`], {
      strides: ints(1, 1, 1, 1),
      dilations: ints(1, 1, 1, 1),
      padding: { s: btoa('VALID') },
    });
    add(`${name}/BiasAdd`, 'BiasAdd', [input, `${name}/bias`]);
    add(`${name}/Relu`, 'Relu', [input]);
  }
  const bytes = await new Blob(data as BlobPart[]).arrayBuffer();
  return loadGraphModel(
    tf.io.fromMemory({ modelTopology: { node, versions: {} }, weightSpecs: specs, weightData: bytes }),
  );
}
