import * as tf from '@tensorflow/tfjs-core';
import { type StyleOperators, imageToPixels, styleOperators, universalStyleTransfer } from 'pastiche';
import type { Picture, PixelData, UniversalJob, WeightsName } from '../protocol.js';
import { type RememberingAutoencoder, encodeOnce } from './encodeOnce.js';
import { occasionally, toTensor } from './frames.js';
import { openAutoencoders } from './networks.js';
import type { Painter, Watch } from './painter.js';

/** Styles that are remembered: their operators, some 0.4 MB each with the small weights. */
const mostStyles = 12;

interface Networks {
  readonly weights: WeightsName;
  /** From deep to fine. */
  readonly levels: readonly RememberingAutoencoder[];
  readonly styles: Map<string, StyleOperators>;
}

/** Universal style transfer that answers a change of strength, mixture or method with the cascade alone. */
export function universalPainter(): Painter<UniversalJob> {
  let open: Networks | undefined;

  function dispose(): void {
    for (const level of open?.levels ?? []) level.dispose();
    open = undefined;
  }

  async function networks(weights: WeightsName, { signal, send }: Watch): Promise<Networks> {
    if (open?.weights === weights) return open;
    dispose();
    const onPhase = (text: string, fraction?: number): void =>
      send({ kind: 'phase', text, ...(fraction === undefined ? {} : { fraction }) });
    onPhase('Reading the weights');
    const levels = await openAutoencoders(weights, { signal, onPhase });
    open = { weights, levels: levels.sort((a, b) => b.level - a.level).map(encodeOnce), styles: new Map() };
    return open;
  }

  /** What is known about a style at some levels; computed where it is new. */
  async function operatorsOf(
    { styles, levels: all }: Networks,
    picture: Picture,
    { size, depth }: UniversalJob,
    watch: Watch,
  ): Promise<StyleOperators> {
    const key = `${picture.id} at ${size}`;
    let operators = styles.get(key) ?? {};
    const missing = all.filter(({ level, name }) => level <= depth && !(name in operators));
    if (missing.length > 0) {
      watch.send({ kind: 'phase', text: 'Looking at the style' });
      const image = toTensor(picture, size);
      try {
        for (const level of missing) level.expect(undefined);
        operators = { ...operators, ...(await styleOperators(image, { levels: missing, signal: watch.signal })) };
      } finally {
        image.dispose();
      }
    }
    // The latest last, so that the oldest is forgotten.
    styles.delete(key);
    styles.set(key, operators);
    if (styles.size > mostStyles) styles.delete([...styles.keys()][0]!);
    return operators;
  }

  return {
    dispose,
    async paint(job, watch) {
      const { content, styles, size, depth, mix, strength, transfer } = job;
      const { signal, send } = watch;
      let seen: PixelData | undefined;
      try {
        const known = await networks(job.weights, watch);
        const operators: StyleOperators[] = [];
        for (const style of styles) operators.push(await operatorsOf(known, style, job, watch));
        const levels = known.levels.filter(({ level }) => level <= depth);
        levels.forEach((level, i) => level.expect(i === 0 ? `${content.id} at ${size}` : undefined));
        const image = toTensor(content, size);
        const show = occasionally(0);
        let result: tf.Tensor4D | undefined;
        try {
          result = await universalStyleTransfer({
            content: image,
            styles: operators,
            ...(styles.length > 1 ? { styleWeights: [1 - mix, mix] } : {}),
            levels,
            strength,
            method: transfer,
            signal,
            onLevel: async ({ done, count, secondsLeft, image: picture }) => {
              seen = await show(picture);
              // Moved to the page, so the worker keeps a copy.
              const copy = seen && { ...seen, data: seen.data.slice() };
              send({ kind: 'step', done, of: count, secondsLeft, ...(copy ? { picture: copy } : {}) });
            },
          });
          return { stopped: false, picture: await imageToPixels(result), canGoOn: false };
        } finally {
          result?.dispose();
          image.dispose();
        }
      } catch (error) {
        if (!signal.aborted) throw error;
        return { stopped: true, canGoOn: false, ...(seen ? { picture: seen } : {}) };
      }
    },
  };
}
