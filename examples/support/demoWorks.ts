import { slimCascade, slimRecipe } from 'pastiche/assets';
import {
  type Autoencoder,
  type FeatureExtractor,
  type Image,
  styleOperators,
  stylizeSteps,
  synthesizeTexture,
  universalStyleTransfer,
} from '../../src/index.js';
import { runCascade } from './cascade.js';
import { type Painted, paint } from './paint.js';

/** What the demo paints with. */
export interface DemoTools {
  readonly extractor: FeatureExtractor;
  readonly levels: readonly Autoencoder[];
  readonly harbour: Image;
  readonly owl: Image;
  readonly swirls: Image;
  readonly glass: Image;
  readonly signal: AbortSignal;
}

/** A picture of the demo: what it is called on the sheet, and a sentence on how it is made. */
export interface Work {
  readonly name: string;
  readonly how: string;
  readonly run: () => Promise<Painted>;
  /** Whether it is the harbour in swirls, so that distances to both mean something. */
  readonly measured: boolean;
}

/** All pictures of the demo, in the order in which they are painted. */
export async function demoWorks({
  extractor,
  levels,
  harbour,
  owl,
  swirls,
  glass,
  signal,
}: DemoTools): Promise<Work[]> {
  const gatys = (options: Partial<Parameters<typeof stylizeSteps<string>>[0]> = {}): Promise<Painted> =>
    paint(
      stylizeSteps<string>({
        extractor,
        content: harbour,
        styles: [swirls],
        preset: slimRecipe,
        levels: 2,
        iterations: [60, 40],
        seed: 1,
        signal,
        ...options,
      }),
    );
  // Each style is looked at once; the strengths and methods below share what was found.
  const looks = { swirls: await styleOperators(swirls, { levels }), glass: await styleOperators(glass, { levels }) };
  const cascade = (options: Partial<Parameters<typeof universalStyleTransfer>[0]> = {}): Promise<Painted> =>
    runCascade(levels.length, signal, (watch) =>
      universalStyleTransfer({
        content: harbour,
        styles: [looks.swirls],
        levels,
        strength: slimCascade.strength,
        ...options,
        ...watch,
      }),
    );
  const texture = (): Promise<Painted> => {
    const [, height, width] = harbour.shape;
    const settings = { styles: [looks.swirls], levels, size: [height, width], seed: 1 } as const;
    return runCascade(3 * levels.length, signal, (watch) => synthesizeTexture({ ...settings, ...watch }));
  };

  const harbourInSwirls: Omit<Work, 'measured'>[] = [
    {
      name: 'Gatys',
      how: "Gatys' method, from the content: L-BFGS changes its pixels until features and Gram matrices fit.",
      run: () => gatys(),
    },
    {
      name: 'Gatys from noise',
      how: 'The same from white noise: nothing of the content is there but what its features hold.',
      run: () => gatys({ init: 'noise', iterations: [80, 40] }),
    },
    ...[0.4, 0.7, 1].map((strength) => ({
      name: `WCT ${strength}`,
      how: `Universal style transfer at strength ${strength}: features are whitened, coloured like the style's and decoded, level by level.`,
      run: () => cascade({ strength }),
    })),
    {
      name: 'OT 0.7',
      how: 'With optimal transport in the place of whitening and colouring: the shortest way to the same covariance.',
      run: () => cascade({ strength: 0.7, method: 'ot' }),
    },
    {
      name: 'AdaIN 0.7',
      how: 'With means and deviations only, channel by channel: the colours come over, strokes hardly do.',
      run: () => cascade({ strength: 0.7, method: 'adain' }),
    },
  ];
  const others: Omit<Work, 'measured'>[] = [
    {
      name: 'WCT, both styles',
      how: 'Half swirls, half glass, mixed as transport maps.',
      run: () => cascade({ strength: 0.7, styles: [looks.swirls, looks.glass] }),
    },
    {
      name: 'Gatys, both styles',
      how: 'Gram matrices of both as one target, in equal shares.',
      run: () => gatys({ styles: [swirls, glass] }),
    },
    {
      name: 'Gatys, owl',
      how: 'Another picture, in glass.',
      run: () => gatys({ content: owl, styles: [glass] }),
    },
    {
      name: 'WCT, owl',
      how: 'The same in one pass.',
      run: () => cascade({ content: owl, styles: [looks.glass] }),
    },
    {
      name: 'texture',
      how: 'The style alone: three rounds of the cascade over noise.',
      run: texture,
    },
  ];
  return [
    ...harbourInSwirls.map((work) => ({ ...work, measured: true })),
    ...others.map((work) => ({ ...work, measured: false })),
  ];
}
