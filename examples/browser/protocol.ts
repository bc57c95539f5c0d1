/* What the page and its worker say to each other. Plain data only; pixels are moved, not copied, on their way to the page. */

export type BackendName = 'wasm' | 'webgl' | 'webgpu';
export type WeightsName = 'slim' | 'vgg19-torchvision' | 'ust16x';
export type MethodName = 'universal' | 'gatys';
export type TransferName = 'wct' | 'ot' | 'adain';

/** RGBA of 8 bits a channel. */
export interface PixelData {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** A picture that was chosen; the same id means the same pixels. */
export interface Picture extends PixelData {
  readonly id: number;
}

interface CommonJob {
  readonly backend: BackendName;
  readonly weights: WeightsName;
  readonly content: Picture;
  /** One or two. */
  readonly styles: readonly Picture[];
  /** Share of the second style, 0..1. */
  readonly mix: number;
  /** Longer side of the result in pixels. */
  readonly size: number;
}

export interface UniversalJob extends CommonJob {
  readonly method: 'universal';
  readonly transfer: TransferName;
  readonly strength: number;
  /** The deepest level, 1 to 5. */
  readonly depth: number;
}

export interface GatysJob extends CommonJob {
  readonly method: 'gatys';
  /** Times the style's weight in the settings that go with the weights. */
  readonly styleFactor: number;
  readonly steps: number;
  readonly levels: number;
  /** Goes on from this picture, whatever painted it; at its last size alone. */
  readonly from?: PixelData;
}

/** What is to be painted, and how. */
export type Job = UniversalJob | GatysJob;

export type Request = { readonly kind: 'paint'; readonly job: Job } | { readonly kind: 'stop' };

/** A backend and whether this browser has it. */
export interface BackendReport {
  readonly name: BackendName;
  readonly available: boolean;
  /** Computes on the processor although it is made for graphics cards. */
  readonly software: boolean;
  /** Of the processor. */
  readonly threads?: number;
}

/** Weights that can be chosen. */
export interface WeightsReport {
  readonly name: WeightsName;
  readonly method: MethodName | 'both';
  /** What will be downloaded; 0 for those that come with the page. */
  readonly bytes: number;
  readonly host: string;
  readonly license: string;
}

export type Reply =
  | { readonly kind: 'ready'; readonly backends: readonly BackendReport[]; readonly weights: readonly WeightsReport[] }
  /** What is being done before the first step. */
  | { readonly kind: 'phase'; readonly text: string; readonly fraction?: number }
  | {
      readonly kind: 'step';
      readonly done: number;
      readonly of: number;
      readonly secondsLeft: number;
      /** Of Gatys' method. */
      readonly loss?: number;
      readonly level?: number;
      readonly picture?: PixelData;
    }
  | {
      readonly kind: 'done';
      readonly stopped: boolean;
      /** None where a run was stopped before it had one. */
      readonly picture?: PixelData;
      readonly seconds: number;
      /** How it ended, where there is something to say. */
      readonly message?: string;
      /** How often an encoder ran; of universal style transfer. */
      readonly encodes?: number;
      /** Tensors alive after the run. */
      readonly tensors: number;
    }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** What lies behind it, for people who know TensorFlow.js. */
      readonly details?: string;
      /** Whether the worker's state can no longer be trusted. */
      readonly broken: boolean;
      readonly tensors: number;
    };
