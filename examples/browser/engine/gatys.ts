import { type FeatureExtractor, type Image, imageToPixels, presets, stylizeSteps } from 'pastiche';
import { slimRecipe } from 'pastiche/assets';
import type { GatysJob, WeightsName } from '../protocol.js';
import { occasionally, toTensor } from './frames.js';
import { openVgg } from './networks.js';
import type { Painter, Watch } from './painter.js';

/** Between two pictures that are shown, in milliseconds. */
const pause = 120;

/** Gatys' method: a picture is optimised step by step, and every step can be the last. */
export function gatysPainter(): Painter<GatysJob> {
  let open: { weights: WeightsName; vgg: FeatureExtractor } | undefined;

  function dispose(): void {
    open?.vgg.dispose();
    open = undefined;
  }

  async function network(weights: WeightsName, watch: Watch): Promise<FeatureExtractor> {
    if (open?.weights === weights) return open.vgg;
    dispose();
    watch.onPhase('Reading the weights');
    open = { weights, vgg: await openVgg(weights, watch) };
    return open.vgg;
  }

  return {
    dispose,
    async paint(job, watch) {
      const { signal, onPhase, onStep } = watch;
      const pictures: Image[] = [];
      try {
        const extractor = await network(job.weights, watch);
        onPhase('Looking at both pictures');
        const content = toTensor(job.content, job.size);
        pictures.push(content);
        const styles = job.styles.map((style) => toTensor(style, job.size));
        pictures.push(...styles);
        const init = job.from && toTensor(job.from, job.size);
        if (init !== undefined) pictures.push(init);

        const preset = job.weights === 'slim' ? slimRecipe : presets.relative;
        const show = occasionally(pause);
        const steps = stylizeSteps<string>({
          extractor,
          content,
          styles,
          ...(styles.length > 1 ? { styleWeights: [1 - job.mix, job.mix] } : {}),
          ...(init === undefined ? {} : { init }),
          levels: init === undefined ? job.levels : 1,
          iterations: job.steps,
          preset,
          styleWeight: job.styleFactor * preset.style.weight,
          signal,
        });
        try {
          for (;;) {
            const { done, value } = await steps.next();
            if (done !== true) {
              const { iteration, iterations, secondsLeft, loss, level } = value;
              const picture = await show(value.image);
              const shown = picture ? { picture } : {};
              onStep({ done: iteration, of: iterations, secondsLeft, loss, level, ...shown });
              continue;
            }
            pictures.push(value.image);
            const picture = await imageToPixels(value.image);
            const { status, message } = value;
            const remark = status === 'max-iterations' || status === 'aborted' ? {} : { message };
            return { stopped: status === 'aborted', picture, ...remark };
          }
        } finally {
          await steps.return(undefined as never);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
        return { stopped: true };
      } finally {
        for (const picture of pictures) picture.dispose();
      }
    },
  };
}
