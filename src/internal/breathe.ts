/**
 * Lets everything else have its turn: timers, signals, clicks, messages. On cpu and wasm all of a computation's promises resolve
 * without leaving the microtask queue, so a long run that does not breathe freezes its page and never hears of an abort.
 * A message rather than a timer: timers are slowed down to one a second in hidden tabs.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
