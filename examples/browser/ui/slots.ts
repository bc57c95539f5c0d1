import { byId } from './dom.js';
import type { Chosen } from './job.js';
import type { NamedPicture } from './pictures.js';
import { contents, styles } from './samples.js';
import { pictureSlot } from './slot.js';

export interface SlotsEvents {
  readonly onContent: () => void;
  readonly onStyle: () => void;
  readonly onError: (error: unknown) => void;
}

/** The places for the content, the style, and another style to mix it with. */
export function pictureSlots({ onContent, onStyle, onError }: SlotsEvents) {
  const content = pictureSlot({ title: 'Content', samples: contents, onChange: onContent, onError });
  const style = pictureSlot({ title: 'Style', samples: styles, onChange: onStyle, onError });
  const second = pictureSlot({ title: 'Mix with', samples: styles, optional: true, onChange: onStyle, onError });
  byId('slots', HTMLElement).append(content.root, style.root, second.root);
  return {
    content: (): NamedPicture | undefined => content.picture,
    hasTwoStyles: (): boolean => second.picture !== undefined,
    /** All pictures, once there are a content and a style. */
    chosen(): Chosen | undefined {
      if (content.picture === undefined || style.picture === undefined) return undefined;
      const mixed = second.picture === undefined ? [] : [second.picture];
      return { content: content.picture, styles: [style.picture, ...mixed] };
    },
    /** Begins with the first samples. */
    async chooseSamples(): Promise<void> {
      await Promise.all([content.choose(contents[0]!), style.choose(styles[0]!)]);
    },
  };
}
