import type { WctOptions } from './wct.js';

/** The originals cut at a fixed eigenvalue only. */
const cutAt = (absoluteCutoff: number, shrink = 0) => ({ absoluteCutoff, relativeCutoff: 0, shrink });

/** A name in {@link wctPresets}. */
export type WctPreset =
  'ust-official' | 'pytorch-wct' | 'deep-transfer' | 'wct-tf' | 'collaborative-distillation' | 'photo-wct' | 'wct2';

/**
 * What the known implementations do at one layer, as options of {@link wct}: their cut-off, what they add to the eigenvalues,
 * and their default strength. All divide covariances by `n - 1`, whiten and colour symmetrically (ZCA) and blend features.
 *
 * | Preset | Implementation | content + | style + | cut-off | strength |
 * |---|---|---|---|---|---|
 * | `ust-official` | Yijunmaverick/UniversalStyleTransfer, Lua | 0 | 0 | 1e-5 | 0.6 |
 * | `pytorch-wct` | sunshineatnoon/PytorchWCT | 1 | 0 | 1e-5 | 1 |
 * | `deep-transfer` | pietrocarbo/deep-transfer | 0 | 0 | 1e-5 | 0.2 |
 * | `wct-tf` | eridgd/WCT-TF | 1e-8 | 1e-8 | 1e-5 | 1 |
 * | `collaborative-distillation` | MingSun-Tse/Collaborative-Distillation | 0 | 0 | none | 1 |
 * | `photo-wct` | NVIDIA/FastPhotoStyle, one region | 1 | 0 | 1e-5 | 1 |
 * | `wct2` | clovaai/WCT2, one region | 1 | 1 | 1e-5 | 1 |
 *
 * With a style kept or mixed: `styleOperator(moments, preset.colouring)`, then `wctMap(content, operator, { ...preset.whitening,
 * strength: preset.strength })`.
 *
 * Not part of them: float32 decompositions, the clamping between levels of `wct-tf`, the clamping of `wct2` to the content's
 * range. Without a cut-off (`collaborative-distillation`), directions that are rounding noise are amplified with the others.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs-backend-cpu';
 * import { wct, wctPresets } from 'pastiche/wct';
 *
 * const content = tf.tensor4d([-1, 1], [1, 1, 2, 1]);
 * const style = tf.tensor4d([7, 13], [1, 1, 2, 1]);
 * const stylised = await wct(content, style, wctPresets['pytorch-wct']);
 * console.log(Array.from(stylised.dataSync(), (value) => value.toFixed(2))); // => ['7.55', '12.45']
 * ```
 */
export const wctPresets: Readonly<Record<WctPreset, Required<Omit<WctOptions, 'method'>>>> = {
  'ust-official': { whitening: cutAt(1e-5), colouring: cutAt(1e-5), strength: 0.6 },
  'pytorch-wct': { whitening: cutAt(1e-5, 1), colouring: cutAt(1e-5), strength: 1 },
  'deep-transfer': { whitening: cutAt(1e-5), colouring: cutAt(1e-5), strength: 0.2 },
  'wct-tf': { whitening: cutAt(1e-5, 1e-8), colouring: cutAt(1e-5, 1e-8), strength: 1 },
  'collaborative-distillation': { whitening: cutAt(1e-100), colouring: cutAt(1e-100), strength: 1 },
  'photo-wct': { whitening: cutAt(1e-5, 1), colouring: cutAt(1e-5), strength: 1 },
  wct2: { whitening: cutAt(1e-5, 1), colouring: cutAt(1e-5, 1), strength: 1 },
};
