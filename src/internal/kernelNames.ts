import * as tf from '@tensorflow/tfjs-core';

/* The kernels of TensorFlow.js that this library runs, by what they are for. A test compares them with what is really run. */

const forward = [
  tf.FusedConv2D,
  tf.Conv2D,
  tf.CropAndResize,
  tf.MaxPool,
  tf.AvgPool,
  tf.MirrorPad,
  tf.PadV2,
  tf.Relu,
  tf.Multiply,
  tf.Add,
  tf.Sub,
  tf.Reshape,
  tf.Transpose,
  tf.BatchMatMul,
  tf.Pack,
  tf.Slice,
  tf.Concat,
  tf.ClipByValue,
  tf.Identity,
  tf.Cast,
];

const imageGradient = [
  ...forward,
  tf.AddN,
  tf.RealDiv,
  tf.Square,
  tf.Step,
  tf.Abs,
  tf.Sign,
  tf.Maximum,
  tf.Pow,
  tf.Sum,
  tf.Max,
  tf.Unpack,
];

const kernels = {
  forward,
  imageGradient,
  filterGradient: imageGradient,
  tapeFilterGradient: [tf.Conv2DBackpropFilter],
} as const;

/** What {@link missingKernels} knows of. */
export type Work = keyof typeof kernels;

/** The names of the kernels for some work. */
export const kernelsFor = (work: Work): readonly string[] => kernels[work];

/** Whether the active backend has a kernel of this name. Typed as always defined, yet undefined where nothing is registered. */
export const hasKernel = (name: string): boolean =>
  (tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;

/** The kernels for some work that the active backend lacks. */
export const missingKernels = (work: Work): string[] => kernels[work].filter((name) => !hasKernel(name));
