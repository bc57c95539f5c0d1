import { type ClosedForm, contentLoss, gramMatrix, lbfgs, styleLoss, totalVariationLoss, weightedSum } from 'pastiche';
import { type Pair, deviation } from './measure';
import { type Field, type Numbers, add, randomField, toTensor } from './reference/arrays';
import * as losses from './reference/losses';
import { minimise } from './reference/minimise';
import { relu } from './reference/network';

/** Features as behind a relu: a third of them zeros. */
const features = (shape: Field['shape'], seed: number): Field => relu(randomField(shape, seed, -1, 2));

const [x, target] = [features([64, 96, 24], 1), features([64, 96, 24], 2)];
const image = randomField([240, 320, 3], 3);

/** Value and gradient of a loss beside those of the reference. */
function valueAndGrad(loss: ClosedForm, at: Field, expected: losses.ValueGrad): { value: Pair; grad: Pair } {
  const input = toTensor(at);
  const { value, grad } = loss.valueAndGrad(input);
  input.dispose();
  loss.dispose();
  return { value: [value, [expected.value]], grad: [grad, expected.grad] };
}

const content = () => valueAndGrad(contentLoss(toTensor(target)), x, losses.content(x.values, target.values));
const style = () => valueAndGrad(styleLoss(toTensor(target)), x, losses.style(x, losses.gram(target)));
const variations = () => {
  const squares = losses.variation(image, (d) => d * d, (d) => 2 * d); // prettier-ignore
  return [
    valueAndGrad(totalVariationLoss({ norm: 'l2', reduction: 'sum' }), image, squares),
    valueAndGrad(
      totalVariationLoss({ norm: 'l1', reduction: 'sum' }),
      image,
      losses.variation(image, Math.abs, Math.sign),
    ),
  ];
};

deviation('`gramMatrix`, 6144 positions of 24 channels', () => [
  [gramMatrix(toTensor(x)), losses.gram(x)],
  [gramMatrix(toTensor(x), { normalization: 'none' }), losses.gram(x, 1)],
]);
deviation('`contentLoss`', () => [content().value]);
deviation('`contentLoss`, gradient', () => [content().grad]);
deviation('`styleLoss`', () => [style().value]);
deviation('`styleLoss`, gradient', () => [style().grad]);
deviation('`totalVariationLoss`, 320 x 240 pixels', () => variations().map(({ value }) => value));
deviation('`totalVariationLoss`, gradient', () => variations().map(({ grad }) => grad));

deviation('`lbfgs`, the point after 8 steps', async () => {
  const [start, goal, strokes] = [4, 5, 6].map((seed) => features([12, 16, 6], seed)) as [Field, Field, Field];
  const [towards, like] = [contentLoss(toTensor(goal)), styleLoss(toTensor(strokes))];
  const objective = weightedSum([{ loss: towards }, { loss: like, weight: 20 }]);
  const reference = (values: Numbers): losses.ValueGrad => {
    const [near, alike] = [
      losses.content(values, goal.values),
      losses.style({ ...start, values }, losses.gram(strokes)),
    ];
    return { value: near.value + 20 * alike.value, grad: add(near.grad, alike.grad, 20) };
  };
  const from = toTensor(start);
  const { x: reached } = await lbfgs(objective, from, { lineSearch: 'none', initialStep: 'torch', maxIterations: 8 });
  from.dispose();
  return [[reached, minimise(reference, start.values, 8)]];
});
