import type { WeightsReport } from '../protocol.js';
import { byId } from './dom.js';
import { megabytes } from './words.js';

/** What the page is doing. */
export type State = 'starting' | 'ready' | 'painting' | 'stopping' | 'done' | 'stopped' | 'failed';

/** What the buttons depend on. */
export interface Situation {
  readonly state: State;
  /** Whether there is all that painting needs. */
  readonly able: boolean;
  /** Whether there is a picture to go on from. */
  readonly canGoOn: boolean;
  /** Weights that would have to be downloaded first. */
  readonly missing?: WeightsReport;
}

export interface ButtonEvents {
  readonly onPaint: () => void;
  readonly onContinue: () => void;
  /** `atOnce`: for the second time. */
  readonly onStop: (atOnce: boolean) => void;
}

/** Paint, stop and continue: those that make sense are seen, and the keyboard stays where it was. */
export function buttons({ onPaint, onContinue, onStop }: ButtonEvents) {
  const [paint, stop, goOn] = ['paint', 'stop', 'continue'].map((id) => byId(id, HTMLButtonElement)) as [
    HTMLButtonElement,
    HTMLButtonElement,
    HTMLButtonElement,
  ];
  let stopping = false;
  paint.addEventListener('click', onPaint);
  goOn.addEventListener('click', onContinue);
  stop.addEventListener('click', () => onStop(stopping));
  return {
    refresh({ state, able, canGoOn, missing }: Situation): void {
      const focused = document.activeElement;
      const busy = state === 'painting' || state === 'stopping';
      stopping = state === 'stopping';
      paint.disabled = !able;
      paint.hidden = busy;
      paint.textContent = missing === undefined ? 'Paint' : `Download ${megabytes(missing.bytes)} and paint`;
      stop.hidden = !busy;
      // The step that is being computed has to end first; whoever cannot wait for it ends the worker.
      stop.textContent = stopping ? 'Stop at once' : 'Stop';
      goOn.hidden = busy || !canGoOn;
      // The button that was pressed is gone: the keyboard goes on at the one in its place.
      if (busy && (focused === paint || focused === goOn)) stop.focus();
      if (!busy && focused === stop) (goOn.hidden ? paint : goOn).focus();
    },
  };
}
