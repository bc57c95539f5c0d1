import type { PixelData, Reply } from '../protocol.js';

/** Who waits for networks that are read. */
export interface Watch {
  readonly signal: AbortSignal;
  /** Told what is being done before the first step, with the part that has arrived where that is known. */
  readonly onPhase: (text: string, fraction?: number) => void;
}

/** What a run is given. */
export interface RunWatch extends Watch {
  readonly onStep: (step: Omit<Extract<Reply, { kind: 'step' }>, 'kind'>) => void;
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

/** Who asks for what is known of a picture. */
export interface RecallOptions {
  readonly signal: AbortSignal;
  /** Told before a picture is looked at for the first time. */
  readonly onNew: () => void;
}

/** One method of painting. Keeps its networks between runs, until `dispose`. */
export interface Painter<J> {
  paint(job: J, watch: RunWatch): Promise<Outcome>;
  dispose(): void;
}
