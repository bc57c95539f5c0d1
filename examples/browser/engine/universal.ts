import * as tf from '@tensorflow/tfjs-core';
import { type Autoencoder, type StyleOperators, imageToPixels, styleOperators, universalStyleTransfer } from 'pastiche';
import type { Picture, PixelData, UniversalJob, WeightsName } from '../protocol.js';
import { type RememberingAutoencoder, encodeOnce } from './encodeOnce.js';
import { occasionally, toTensor } from './frames.js';
import { openAutoencoders } from './networks.js';
import type { Painter, Watch } from './painter.js';

/** Styles that are remembered: their operators, some 0.4 MB each with the small weights. */
const mostStyles = 12;

interface Networks {
  readonly weights: WeightsName;
  /** As they are: for styles. */
  readonly plain: readonly Autoencoder[];
  /** For contents: the deepest remembers. */
  readonly levels: readonly Autoencoder[];
  readonly deepest: RememberingAutoencoder;
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
    const plain = (await openAutoencoders(weights, { signal, onPhase })).sort((a, b) => b.level - a.level);
    const deepest = encodeOnce(plain[0]!);
    open = { weights, plain, deepest, levels: [deepest, ...plain.slice(1)], styles: new Map() };
    return open;
  }

  /** What is known about a style; computed where it is new. */
  async function operatorsOf(known: Networks, picture: Picture, size: number, watch: Watch): Promise<StyleOperators> {
    const name = `${picture.id} at ${size}`;
    let operators = known.styles.get(name);
    if (operators === undefined) {
      watch.send({ kind: 'phase', text: 'Looking at the style' });
      const image = toTensor(picture, size);
      try {
        operators = await styleOperators(image, { levels: known.plain, signal: watch.signal });
      } finally {
        image.dispose();
      }
    }
    // The latest last, so that the oldest is forgotten.
    known.styles.delete(name);
    known.styles.set(name, operators);
    if (known.styles.size > mostStyles) known.styles.delete([...known.styles.keys()][0]!);
    return operators;
  }

  return {
    dispose,
    async paint(job, watch) {
      const { content, styles, size, mix, strength, transfer } = job;
      const { signal, send } = watch;
      let seen: PixelData | undefined;
      try {
        const known = await networks(job.weights, watch);
        const operators: StyleOperators[] = [];
        for (const style of styles) operators.push(await operatorsOf(known, style, size, watch));
        known.deepest.expect(`${content.id} at ${size}`);
        const image = toTensor(content, size);
        const show = occasionally(0);
        let result: tf.Tensor4D | undefined;
        try {
          result = await universalStyleTransfer({
            content: image,
            styles: operators,
            ...(styles.length > 1 ? { styleWeights: [1 - mix, mix] } : {}),
            levels: known.levels,
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
