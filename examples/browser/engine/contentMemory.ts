import { type Autoencoder, type PreparedContent, prepareContent } from 'pastiche';
import type { Picture } from '../protocol.js';
import { toTensor } from './frames.js';
import type { RecallOptions } from './painter.js';

/** What is known about the latest content: a change of strength, mixture or method need not look at it again. */
export function contentMemory() {
  let kept: { key: string; content: PreparedContent } | undefined;
  function forget(): void {
    kept?.content.dispose();
    kept = undefined;
  }
  return {
    forget,
    /** The content as levels from deep to fine see it. Borrowed until the next call. */
    async recall(
      picture: Picture,
      size: number,
      levels: readonly Autoencoder[],
      { signal, onNew }: RecallOptions,
    ): Promise<PreparedContent> {
      const key = `${picture.id} at ${size} to ${levels[0]!.name}`;
      if (kept?.key === key) return kept.content;
      onNew();
      forget();
      const image = toTensor(picture, size);
      try {
        const content = await prepareContent(image, { levels, signal });
        kept = { key, content };
        return content;
      } finally {
        image.dispose();
      }
    },
  };
}
