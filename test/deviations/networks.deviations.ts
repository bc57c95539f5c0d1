import { contentLoss, insertLossTaps, styleLoss } from 'pastiche';
import { filterGradient } from '../../src/internal/kernels/filterGradient';
import { buildVgg } from '../../src/models/buildVgg';
import { vggPlan } from '../../src/models/vggPlan';
import { type Pair, deviation } from './measure';
import { type Field, add, randomArray, randomField, toTensor } from './reference/arrays';
import * as losses from './reference/losses';
import * as reference from './reference/network';

/** A filter that keeps the size of what passes it. */
const filter = (input: number, output: number, seed: number): reference.Filter => ({
  shape: [3, 3, input, output],
  kernel: randomArray(9 * input * output, seed, -1, 1).map((value) => value * Math.sqrt(6 / (9 * input))),
  bias: randomArray(output, seed + 100, -0.2, 0.2),
});
const filters = [filter(3, 8, 1), filter(8, 8, 2), filter(8, 16, 3)] as const;

const kinds = [
  { padding: 'zero', pooling: 'max' },
  { padding: 'reflect', pooling: 'average' },
] as const;

/** VGG through relu2_1, an eighth as wide, by the library and by the reference. */
function networks({ padding, pooling }: (typeof kinds)[number]) {
  const names = ['conv1_1', 'conv1_2', 'conv2_1'] as const;
  const weights = names.map((name, i) => {
    const { kernel, bias, shape } = filters[i]!;
    return [name, { kernel, bias, kernelShape: [...shape] as [number, number, number, number] }] as const;
  });
  const library = buildVgg(vggPlan<'vgg19'>('', { upTo: 'relu2_1', padding, pooling }), undefined, new Map(weights));

  /** Before and after each relu. */
  const forward = (image: Field) => {
    const conv1 = reference.convolution(image, filters[0], padding);
    const relu1 = reference.relu(conv1);
    const conv2 = reference.convolution(relu1, filters[1], padding);
    const relu2 = reference.relu(conv2);
    const pooled = reference.pool(relu2, pooling);
    const conv3 = reference.convolution(pooled, filters[2], padding);
    return { conv1, relu1, conv2, relu2, pooled, conv3, relu3: reference.relu(conv3) };
  };
  /** From gradients at relu1_1 and relu2_1 to the picture. */
  const backward = (image: Field, values: ReturnType<typeof forward>, at1: Field, at3: Field) => {
    const { conv1, relu1, conv2, relu2, pooled, conv3 } = values;
    const deep = reference.inputGradient(pooled, filters[2], padding, reference.reluGradient(conv3, at3));
    const middle = reference.reluGradient(conv2, reference.poolGradient(relu2, pooling, deep));
    const shallow = reference.inputGradient(relu1, filters[1], padding, middle);
    const all = { ...shallow, values: add(shallow.values, at1.values) };
    return reference.inputGradient(image, filters[0], padding, reference.reluGradient(conv1, all)).values;
  };
  return { library, forward, backward };
}

const image = randomField([72, 96, 3], 4);
const goal = randomField([72, 96, 3], 5);

deviation('`features` of a network of 8 to 16 channels', () =>
  kinds.flatMap((kind): Pair[] => {
    const { library, forward } = networks(kind);
    const input = toTensor(image);
    const { conv1_2, relu2_1 } = library.features(input, ['conv1_2', 'relu2_1']);
    input.dispose();
    library.dispose();
    const expected = forward(image);
    return [
      [conv1_2, expected.conv2.values],
      [relu2_1, expected.relu3.values],
    ];
  }),
);

deviation('`insertLossTaps`, image gradient through it', () =>
  kinds.map((kind): Pair => {
    const { library, forward, backward } = networks(kind);
    const [input, wanted] = [toTensor(image), toTensor(goal)];
    const { relu1_1, relu2_1 } = library.features(wanted, ['relu1_1', 'relu2_1']);
    const objective = insertLossTaps(library, [
      { layer: 'relu1_1', loss: styleLoss(relu1_1) },
      { layer: 'relu2_1', loss: contentLoss(relu2_1) },
    ]);
    const { grad } = objective.valueAndGrad(input);
    for (const tensor of [input, wanted, relu1_1, relu2_1]) tensor.dispose();
    library.dispose();

    const [values, aims] = [forward(image), forward(goal)];
    const style = losses.style(values.relu1, losses.gram(aims.relu1));
    const content = losses.content(values.relu3.values, aims.relu3.values);
    const slopes = [
      { ...values.relu1, values: style.grad },
      { ...values.relu3, values: content.grad },
    ] as const;
    return [grad, backward(image, values, ...slopes)];
  }),
);

deviation('gradient of a filter (training), 6912 positions', () =>
  kinds.map(({ padding }): Pair => {
    const [input, slopes] = [randomField([72, 96, 8], 6), randomField([72, 96, 12], 7, -1, 1)];
    const [x, dy] = [toTensor(input), toTensor(slopes)];
    const grad = filterGradient(x, dy, padding);
    x.dispose();
    dy.dispose();
    return [grad, reference.filterGradient(input, 12, padding, slopes)];
  }),
);
