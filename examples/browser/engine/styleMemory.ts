import { type Autoencoder, type StyleOperators, styleOperators } from 'pastiche';
import type { Picture } from '../protocol.js';
import { toTensor } from './frames.js';
import type { RecallOptions } from './painter.js';

/** Styles that are remembered: some 0.4 MB each with the small weights. Plain numbers, no tensors. */
const most = 12;

/** What is known about the latest styles, at each size and level that was asked for. */
export function styleMemory() {
  const styles = new Map<string, StyleOperators>();
  return {
    forget: () => styles.clear(),
    /** A style at some levels; computed where it is new. */
    async recall(
      picture: Picture,
      size: number,
      levels: readonly Autoencoder[],
      { signal, onNew }: RecallOptions,
    ): Promise<StyleOperators> {
      const key = `${picture.id} at ${size}`;
      let operators = styles.get(key) ?? {};
      const missing = levels.filter(({ name }) => !(name in operators));
      if (missing.length > 0) {
        onNew();
        const image = toTensor(picture, size);
        try {
          operators = { ...operators, ...(await styleOperators(image, { levels: missing, signal })) };
        } finally {
          image.dispose();
        }
      }
      // The latest last, so that the oldest is forgotten.
      styles.delete(key);
      styles.set(key, operators);
      if (styles.size > most) styles.delete([...styles.keys()][0]!);
      return operators;
    },
  };
}
