/** Misuse of this library. The message names the function, the argument, what was expected and what it got. */
export class StyleError extends Error {
  /** Always `'StyleError'`. */
  override name = 'StyleError';
}

/** A tensor of the wrong rank, size or type. */
export class ShapeError extends StyleError {
  /** Always `'ShapeError'`. */
  override name = 'ShapeError';
}

/** A layer name that the network does not have. */
export class LayerError extends StyleError {
  /** Always `'LayerError'`. */
  override name = 'LayerError';
}

/** Weights that are missing, mis-shaped, truncated or in a format that cannot be read. */
export class WeightsError extends StyleError {
  /** Always `'WeightsError'`. */
  override name = 'WeightsError';
}

/** A device that was lost, or that cannot hold or compute what was asked for. The message names the way out. */
export class DeviceError extends StyleError {
  /** Always `'DeviceError'`. */
  override name = 'DeviceError';
}
