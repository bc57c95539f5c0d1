import type { PixelData, Reply } from '../protocol.js';

/** What a run is given. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly send: (reply: Extract<Reply, { kind: 'phase' | 'step' }>) => void;
}

/** What a run comes to. */
export interface Outcome {
  readonly stopped: boolean;
  /** None where a run was stopped before it had one. */
  readonly picture?: PixelData;
  /** How it ended, where there is something to say. */
  readonly message?: string;
  /** How often an encoder ran; of universal style transfer. */
  readonly encodes?: number;
}

/** For a picture that may be known already. */
export interface Newcomer {
  readonly signal: AbortSignal;
  /** Told before a picture is looked at for the first time. */
  readonly onNew: () => void;
}

/** One method of painting. Keeps its networks between runs, until `dispose`. */
export interface Painter<J> {
  paint(job: J, watch: Watch): Promise<Outcome>;
  dispose(): void;
}
