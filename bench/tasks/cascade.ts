import { type AutoencoderSources, type Image, loadAutoencoders, safetensors } from '../../src/index.js';
import { type StyleOperators, styleOperators, universalStyleTransfer } from '../../src/index.js';
import { fileReader } from '../../src/node/index.js';
import { peakBytes, timed } from '../measure.js';
import type { Task, Who } from '../types.js';
import { tensorOf } from './arrays.js';

/** A net of the cascade as plain data, for peers who do not know the families: `'relu'`, `'pool'`, `'up'`, or an array's name. */
export interface NetPlan {
  readonly file: string;
  readonly steps: readonly string[];
}

/** Which cascade to run. */
export interface CascadeOptions {
  readonly family: 'ust16x' | 'slim';
  /** From deep to fine. */
  readonly levels: readonly { readonly encoder: NetPlan; readonly decoder: NetPlan; readonly level: number }[];
  readonly strength: number;
  /** A file with `content` and `style`. */
  readonly pictures: string;
  /** Whether the style's statistics are known before. */
  readonly cached: boolean;
}

/** The whole cascade once a run: encode, look at both, transform and decode at each level. */
export async function cascade(_: Who['name'], options: CascadeOptions): Promise<Task> {
  const files: AutoencoderSources = (part, level) =>
    safetensors(fileReader(options.levels.find((one) => one.level === level)![part].file));
  const levels = await loadAutoencoders(files, { family: options.family });
  const [content, picture] = await Promise.all(
    ['content', 'style'].map((name) => tensorOf<Image>(options.pictures, name)),
  );
  const style: Image | StyleOperators = options.cached ? await styleOperators(picture!, { levels }) : picture!;
  const work = async (): Promise<number> => {
    const image = await universalStyleTransfer({ content: content!, style, levels, strength: options.strength });
    const values = image.dataSync() as Float32Array;
    image.dispose();
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  let value = 0;
  const peak = await peakBytes(async () => {
    value = await work();
  });
  return {
    facts: { value, peakBytes: peak },
    run: () => timed(work),
    end() {
      for (const level of levels) level.dispose();
      content!.dispose();
      picture!.dispose();
    },
  };
}
