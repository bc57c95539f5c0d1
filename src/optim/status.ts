/**
 * Why a run of `lbfgs` ended.
 *
 * - `'grad'`, `'change'`, `'loss'`: it has converged by `toleranceGrad`, `toleranceChange` or `toleranceLoss`.
 * - `'max-iterations'`, `'max-evaluations'`: a limit of the options was reached.
 * - `'line-search'`: no lower loss was found along the gradient. Late in a run that is the noise of float32.
 * - `'no-descent'`: float32 cannot hold the squares of the gradient; scale the loss.
 * - `'non-finite'`: loss or gradient is not finite at the start, or at every step tried.
 * - `'aborted'`: the signal ended it.
 * - `'device-lost'`: the GPU was reset or taken away; `x` is the best point that had been copied to the host until then.
 *
 * The `message` of the result says the same with advice.
 */
export type LbfgsStatus =
  | 'grad'
  | 'change'
  | 'loss'
  | 'max-iterations'
  | 'max-evaluations'
  | 'line-search'
  | 'no-descent'
  | 'non-finite'
  | 'aborted'
  | 'device-lost';

const outcomes: Readonly<Record<LbfgsStatus, { converged: boolean; message: string }>> = {
  grad: {
    converged: true,
    message: 'Converged: no component of the gradient is larger than toleranceGrad.',
  },
  change: {
    converged: true,
    message: 'Converged: the last step changed no value by more than toleranceChange.',
  },
  loss: {
    converged: true,
    message: 'Converged: the loss changed by less than toleranceLoss in each of the last steps.',
  },
  'max-iterations': {
    converged: false,
    message:
      'Stopped after maxIterations steps. For a lower loss continue from x, or from a snapshot, with more of them.',
  },
  'max-evaluations': {
    converged: false,
    message: 'Stopped after maxEvaluations evaluations of the objective. Allow more of them for a lower loss.',
  },
  'line-search': {
    converged: false,
    message:
      'No lower loss was found along the gradient. After many steps this is the noise floor of float32 and as good as ' +
      'converged; early in a run it means that the gradient does not belong to the loss, or that the loss is not deterministic.',
  },
  'no-descent': {
    converged: false,
    message:
      'The gradient is too small or too large for float32: its own slope along itself came out as zero. ' +
      'Multiply the loss by a constant that brings it nearer to 1.',
  },
  'non-finite': {
    converged: false,
    message:
      'The loss or its gradient is not a finite number at the start, or at every step tried from x. ' +
      'Look for a division by zero, a logarithm or a square root of zero in the objective, and for infinite input.',
  },
  aborted: {
    converged: false,
    message: 'Stopped by the signal; x is the best point accepted until then.',
  },
  'device-lost': {
    converged: false,
    message:
      'The GPU was lost: reset by its driver, or taken from a page in the background. x is the best point of at most two seconds ' +
      'before. It can be read, but to go on from it the backend has to be started again, or another one.',
  },
};

/** What a status means, in a sentence with advice, and whether it counts as convergence. */
export function explain(status: LbfgsStatus): { converged: boolean; message: string } {
  return outcomes[status];
}
