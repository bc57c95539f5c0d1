import { ShapeError } from '../../errors.js';
import { assert, assertFeatures, show } from '../../internal/assert.js';
import type { OwnedTensors } from '../../internal/ownedTensors.js';
import type { Features, Image } from '../../types.js';
import { blockOf } from '../architectures.js';

/**
 * Features of a picture by name, to be imitated: of one network or of several. Called with each batch (borrowed) and the step
 * that drew it, 0, 1, 2, ..., which lets it remember what it has computed before. Hands its features over.
 */
export type Teacher = (image: Image, step: number) => NamedFeatures | Promise<NamedFeatures>;

/** Features by the name of their layer. */
export type NamedFeatures = Readonly<Record<string, Features>>;

/** Asks the teacher, checks what it says, and takes it over. */
export async function askTeacher(
  where: string,
  teacher: Teacher,
  image: Image,
  step: number,
  layerOf: (name: string) => string,
  owned: OwnedTensors,
): Promise<Map<string, Features>> {
  const answer = new Map(Object.entries(await teacher(image, step)));
  for (const [name, features] of answer)
    assert(
      features !== image,
      () => `${where}: the teacher's ${name} is the picture itself, which is only lent; return a clone`,
    );
  answer.forEach((features) => owned.own(features));
  assert(answer.size > 0, () => `${where}: teacher must return at least one layer; got {}`);
  for (const [name, features] of answer) {
    assertFeatures(where, `the teacher's ${name}`, features);
    const stride = 2 ** (blockOf(layerOf(name)) - 1);
    const [b, h, w] = [image.shape[0], image.shape[1] / stride, image.shape[2] / stride];
    const [batch, height, width] = features.shape;
    assert(
      batch === b && h % height === 0 && w % width === 0 && h / height === w / width,
      () =>
        `${where}: the teacher's ${name} must be [${b}, ${h}, ${w}, c], or smaller by a whole factor; got ${show(features)}`,
      ShapeError,
    );
  }
  return answer;
}
