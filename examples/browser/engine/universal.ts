import { type Autoencoder, type StyleOperators, imageToPixels, universalStyleTransfer } from 'pastiche';
import type { PixelData, UniversalJob, WeightsName } from '../protocol.js';
import { contentMemory } from './contentMemory.js';
import { openAutoencoders } from './networks.js';
import type { RecallOptions, Painter, Watch } from './painter.js';
import { styleMemory } from './styleMemory.js';

/** Universal style transfer that answers a change of strength, mixture or method with what is above the deepest encoder alone. */
export function universalPainter(): Painter<UniversalJob> {
  const [content, styles] = [contentMemory(), styleMemory()];
  let open: { readonly weights: WeightsName; readonly levels: readonly Autoencoder[] } | undefined;
  let encodes = 0;

  function dispose(): void {
    content.forget();
    styles.forget();
    for (const level of open?.levels ?? []) level.dispose();
    open = undefined;
  }

  /** The same, counted. */
  const counted = (level: Autoencoder): Autoencoder => ({
    ...level,
    encode(image) {
      encodes += 1;
      return level.encode(image);
    },
  });

  /** The networks, from deep to fine. */
  async function networks(weights: WeightsName, watch: Watch): Promise<readonly Autoencoder[]> {
    if (open?.weights === weights) return open.levels;
    dispose();
    watch.onPhase('Reading the weights');
    const levels = await openAutoencoders(weights, watch);
    open = { weights, levels: levels.sort((a, b) => b.level - a.level).map(counted) };
    return open.levels;
  }

  return {
    dispose,
    async paint(job, watch) {
      const { size, depth, mix, strength, transfer: method } = job;
      const { signal, onPhase, onStep } = watch;
      let seen: PixelData | undefined;
      encodes = 0;
      try {
        const levels = (await networks(job.weights, watch)).filter(({ level }) => level <= depth);
        const looking = (what: string): RecallOptions => ({ signal, onNew: () => onPhase(`Looking at the ${what}`) });
        const operators: StyleOperators[] = [];
        for (const style of job.styles) operators.push(await styles.recall(style, size, levels, looking('style')));
        const result = await universalStyleTransfer({
          content: await content.recall(job.content, size, levels, looking('content')),
          styles: operators,
          ...(operators.length > 1 ? { styleWeights: [1 - mix, mix] } : {}),
          levels,
          strength,
          method,
          signal,
          onLevel: async ({ done, count, secondsLeft, image }) => {
            seen = await imageToPixels(image);
            // What is sent has moved to the page, so the worker keeps a copy.
            onStep({ done, of: count, secondsLeft, picture: { ...seen, data: seen.data.slice() } });
          },
        });
        try {
          return { stopped: false, picture: await imageToPixels(result), encodes };
        } finally {
          result.dispose();
        }
      } catch (error) {
        if (!signal.aborted) throw error;
        return { stopped: true, encodes, ...(seen ? { picture: seen } : {}) };
      }
    },
  };
}
