/** What every asynchronous read takes. */
export interface ReadOptions {
  /** Stops the work; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a file says about one of its arrays. */
export interface WeightEntry {
  /** Sides of the array. */
  readonly shape: readonly number[];
  /** The stored type: `'F32'`, `'F16'`, ... (safetensors and PyTorch), `'float32'`, `'uint8'`, ... (TensorFlow.js). */
  readonly dtype: string;
}

/** One array, converted to float32, row-major. The caller owns `values`. */
export interface WeightArray {
  /** Sides of the array. */
  readonly shape: readonly number[];
  /** Its elements. */
  readonly values: Float32Array;
}

/** Where convolution kernels keep their axes: torch order `[out, in, h, w]` or Keras and TensorFlow.js order `[h, w, in, out]`. */
export type KernelLayout = 'OIHW' | 'HWIO';

/** Named arrays that can be read one by one. */
export interface WeightSource {
  /** The axes of convolution kernels in this source. */
  readonly kernelLayout: KernelLayout;
  /** For messages: the file, the URL, ... */
  readonly description: string;
  /** Names, shapes and stored types of all arrays. Reads the header only, where the format has one. */
  entries(options?: ReadOptions): Promise<ReadonlyMap<string, WeightEntry>>;
  /** Notes of the file about itself, such as the preprocessing that its network expects; only where the format has a place for them. */
  metadata?(options?: ReadOptions): Promise<Readonly<Record<string, string>>>;
  /** One array, converted to float32. Throws a `WeightsError` where there is none of that name. */
  read(name: string, options?: ReadOptions): Promise<WeightArray>;
}
