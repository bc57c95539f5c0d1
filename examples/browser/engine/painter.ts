import type { PixelData, Reply } from '../protocol.js';

/** What a run is given. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly send: (reply: Extract<Reply, { kind: 'phase' | 'step' }>) => void;
}

/** What a run comes to. */
export interface Outcome {
  readonly stopped: boolean;
  readonly picture?: PixelData;
  readonly canGoOn: boolean;
  readonly message?: string;
}

/** One method of painting. Keeps its networks between runs, until `dispose`. */
export interface Painter<J> {
  paint(job: J, watch: Watch): Promise<Outcome>;
  dispose(): void;
}
