import type { Job, Reply, Request } from '../protocol.js';

/** Who listens to a workshop. */
export interface WorkshopEvents {
  readonly onReply: (reply: Reply) => void;
  /** The worker broke down. `again`: a new one has been started; not where the first one did not even begin. */
  readonly onCrash: (message: string, again: boolean) => void;
}

/** The worker, replaced by a new one when it breaks down. */
export function workshop({ onReply, onCrash }: WorkshopEvents) {
  let worker = start();

  function start(): Worker {
    const fresh = new Worker(new URL('../worker.ts', import.meta.url), { type: 'module' });
    let began = false;
    fresh.onmessage = ({ data }: MessageEvent<Reply>) => {
      began = true;
      if (fresh === worker) onReply(data);
    };
    fresh.onerror = (event) => {
      event.preventDefault();
      if (fresh !== worker) return;
      if (began) restart();
      onCrash(event.message, began);
    };
    return fresh;
  }

  function restart(): void {
    worker.terminate();
    worker = start();
  }

  const post = (request: Request): void => worker.postMessage(request);
  return {
    paint: (job: Job): void => post({ kind: 'paint', job }),
    stop: (): void => post({ kind: 'stop' }),
    restart,
  };
}
