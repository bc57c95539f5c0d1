import type { Job, PixelData } from '../protocol.js';
import type { NamedPicture } from './pictures.js';
import type { Settings } from './settings.js';

/** The pictures that were chosen. */
export interface Chosen {
  readonly content: NamedPicture;
  readonly styles: readonly NamedPicture[];
}

/** Without names and addresses, which the worker has no use for. */
const bare = ({ id, data, width, height }: NamedPicture) => ({ id, data, width, height });

/** What a painting shows: `Harbour in the style of Swirls and Glass`. */
export const subjectOf = ({ content, styles }: Chosen): string =>
  `${content.name} in the style of ${styles.map(({ name }) => name).join(' and ')}`;

/** What the controls ask for, as the worker understands it; `from` a picture to go on from. */
export function jobOf(settings: Settings, { content, styles }: Chosen, from: PixelData | undefined): Job {
  const { backend, weights, mix, size, method } = settings;
  const common = { backend, weights, mix, size, content: bare(content), styles: styles.map(bare) };
  const { transfer, strength, depth, styleFactor, steps, levels } = settings;
  if (method === 'universal') return { ...common, method, transfer, strength, depth };
  return { ...common, method, styleFactor, steps, levels, ...(from ? { from } : {}) };
}
