// Gatys' method without this library, on TensorFlow.js alone: what a program has to bring by itself, so that it can be compared
// with the one in the README. It runs as it stands (npx tsx examples/gatys-by-hand.ts) and paints a small picture into out/.
import { mkdir, readFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import sharp from 'sharp';

type Gradient = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor;
await tf.setBackend('wasm');

// 1. Weights: one has to know the file format, its half-precision numbers and that torch keeps kernels as [out, in, h, w].
const bytes = await readFile(new URL('../assets/slim.safetensors', import.meta.url));
const headerLength = Number(bytes.readBigUInt64LE(0));
const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<
  string,
  { shape: number[]; data_offsets: [number, number] }
>;
function weight(name: string): tf.Tensor {
  const { shape, data_offsets: at } = header[name]!;
  const values = Float32Array.from({ length: (at[1] - at[0]) / 2 }, (_, i) => {
    const half = bytes.readUInt16LE(8 + headerLength + at[0] + 2 * i);
    const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
    const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    return half & 0x8000 ? -size : size;
  });
  const tensor = tf.tensor(values, shape);
  return shape.length === 4 ? tf.transpose(tensor, [2, 3, 1, 0]) : tensor;
}

// 2. Gradients: the core of TensorFlow.js registers none in Node, and those of its own that could be loaded are slow on wasm
// (convolution, pooling) or wrong (mirrorPad). So every operation gets one by hand.
const withGradient = (forward: (x: tf.Tensor4D) => tf.Tensor, gradient: Gradient) => (x: tf.Tensor4D) =>
  tf.customGrad((input, save) => {
    const y = forward(input as tf.Tensor4D);
    (save as tf.GradSaveFunc)([input as tf.Tensor, y]);
    return { value: y, gradFunc: gradient };
  })(x) as tf.Tensor4D;

function convolution(name: string) {
  const kernel = weight(`encoder.${name}.weight`) as tf.Tensor4D;
  const bias = weight(`encoder.${name}.bias`);
  const rotated = tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]);
  return withGradient(
    (x) => tf.add(tf.conv2d(x, kernel, 1, 'same'), bias), // zero padding: the border of the picture will show it
    (dy) => tf.conv2d(dy as tf.Tensor4D, rotated, 1, 'same'),
  );
}
const relu = withGradient(
  (x) => tf.relu(x),
  (dy, [, y]) => tf.mul(dy, tf.step(y!)),
);
const double = (x: tf.Tensor): tf.Tensor4D => {
  const [b, h, w, c] = x.shape as [number, number, number, number];
  return tf.reshape(tf.mul(tf.reshape(x, [b * h, 1, w, 1, c]), tf.ones([1, 2, 1, 2, 1])), [b, 2 * h, 2 * w, c]);
};
const pool = withGradient(
  (x) => tf.maxPool(x, 2, 2, 'valid'), // sizes must be even
  (dy, [x, y]) => tf.mul(double(dy), tf.sub(1, tf.step(tf.sub(double(y!), x!)))),
);

// 3. The network, and which layers it shows.
const convs = ['conv1_1', 'conv1_2', 'conv2_1', 'conv2_2', 'conv3_1', 'conv3_2'].map(convolution);
function features(image: tf.Tensor4D): Record<'relu1_1' | 'relu2_1' | 'relu3_1' | 'relu3_2', tf.Tensor4D> {
  const relu1_1 = relu(convs[0]!(image));
  const relu2_1 = relu(convs[2]!(pool(relu(convs[1]!(relu1_1)))));
  const relu3_1 = relu(convs[4]!(pool(relu(convs[3]!(relu2_1)))));
  return { relu1_1, relu2_1, relu3_1, relu3_2: relu(convs[5]!(relu3_1)) };
}

// 4. Losses, their gradients included, since matMul has none either.
function gram(x: tf.Tensor4D): tf.Tensor2D {
  const flat = tf.reshape<tf.Rank.R2>(x, [x.shape[1] * x.shape[2], x.shape[3]]);
  return tf.matMul(tf.transpose(flat), tf.div<tf.Tensor2D>(flat, flat.shape[0]));
}
const style = (target: tf.Tensor2D) => {
  const size = tf.sum(tf.square(target));
  return withGradient(
    (x) => tf.div(tf.sum(tf.square(tf.sub(gram(x), target))), size),
    (dy, [x]) => {
      const [, h, w, c] = x!.shape as [number, number, number, number];
      const slope = tf.div(tf.mul(tf.sub(gram(x as tf.Tensor4D), target), 4 / (h * w)), size);
      return tf.mul(dy, tf.reshape(tf.matMul(tf.reshape<tf.Rank.R2>(x!, [h * w, c]), slope as tf.Tensor2D), x!.shape));
    },
  );
};
const content = (target: tf.Tensor4D) => {
  const size = tf.sum(tf.square(target));
  return withGradient(
    (x) => tf.div(tf.sum(tf.square(tf.sub(x, target))), size),
    (dy, [x]) => tf.mul(dy, tf.div(tf.mul(tf.sub(x!, target), 2), size)),
  );
};

// 5. The pictures.
async function read(name: string): Promise<tf.Tensor4D> {
  const file = new URL(`../assets/${name}`, import.meta.url).pathname;
  const { data, info } = await sharp(file).resize(192, 144).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return tf.tensor4d(
    Float32Array.from(data, (v) => v / 255),
    [1, info.height, info.width, 3],
  );
}
const [photo, painting] = [await read('content-harbour.png'), await read('style-swirls.png')];
const likeness = content(features(photo).relu3_2);
const strokes = features(painting);
const layers = ['relu1_1', 'relu2_1', 'relu3_1'] as const;
const styles = layers.map((layer) => style(gram(strokes[layer])));

// 6. The optimiser: Adam, for want of L-BFGS. The sum of terms needs its gradients spelled out as well.
const terms: ((x: tf.Tensor4D) => tf.Tensor)[] = [
  (x) => likeness(features(x).relu3_2),
  ...layers.map((layer, i) => (x: tf.Tensor4D) => styles[i]!(features(x)[layer])), // one forward pass for every term
];
const weights = [1, 10, 10, 10];
const picture = tf.variable(photo);
const adam = tf.train.adam(0.02);
for (let step = 1; step <= 60; step++) {
  const loss = tf.tidy(() => {
    let [total, gradient] = [tf.scalar(0), tf.zerosLike(photo)];
    terms.forEach((term, i) => {
      const { value, grad } = tf.valueAndGrad((x) => term(x as tf.Tensor4D))(picture);
      total = tf.add(total, tf.mul(value, weights[i]!));
      gradient = tf.add(gradient, tf.mul(grad, weights[i]!));
    });
    adam.applyGradients([{ name: picture.name, tensor: gradient }]);
    picture.assign(tf.clipByValue(picture, 0, 1));
    return total;
  });
  if (step % 10 === 0) console.log(step, (await loss.data())[0]!.toPrecision(4));
  loss.dispose();
}
await mkdir('out', { recursive: true });
const pixels = Uint8Array.from(await picture.data(), (v) => Math.round(v * 255));
await sharp(pixels, { raw: { width: 192, height: 144, channels: 3 } })
  .png()
  .toFile('out/gatys-by-hand.png');
