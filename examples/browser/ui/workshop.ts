import type { Job, Reply, Request } from '../protocol.js';

/** Who listens to a workshop. */
export interface WorkshopEvents {
  readonly onReply: (reply: Reply) => void;
  /** The worker broke down. `again`: a new one has been started; not where the first one did not even begin. */
  readonly onCrash: (message: string, again: boolean) => void;
}

/**
 * Waits for the end of a worker, however it ends: nothing is said to the page when the system takes a worker away. The worker holds
 * a lock while it lives. Without locks, on a page that came over plain HTTP, it is never noticed, and stopping at once helps.
 */
async function gone(worker: string): Promise<void> {
  if ('locks' in navigator) await navigator.locks.request(worker, () => undefined);
  else await new Promise(() => undefined);
}

/** The worker, replaced by a new one when it breaks down. */
export function workshop({ onReply, onCrash }: WorkshopEvents) {
  let worker = start();

  function start(): Worker {
    // As no other worker is called, in any tab.
    const name = `painter ${Math.random()}`;
    const fresh = new Worker(new URL('../worker.ts', import.meta.url), { type: 'module', name });
    let began = false;
    fresh.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (!began) void gone(name).then(() => fresh === worker && crashed('The worker ended without a word'));
      began = true;
      if (fresh === worker) onReply(data);
    };
    const crashed = (message: string): void => {
      restart();
      onCrash(message, true);
    };
    fresh.onerror = (event) => {
      event.preventDefault();
      if (fresh !== worker) return;
      if (began) crashed(event.message);
      else onCrash(event.message, false);
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
