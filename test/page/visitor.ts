import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { expect } from 'vitest';

const folder = path.resolve('out/page');
const wide = { width: 1280, height: 860 };
const narrow = { width: 360, height: 740 };

/** Pixels that are seen, RGBA. */
export interface Shown {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** The pixels of a PNG. */
export async function pixelsOf(png: Buffer): Promise<Shown> {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** What a person does on the page and sees of it. */
export function visitor(page: Page) {
  const runs = (): Promise<number> => page.evaluate(() => Number(document.body.dataset['runs'] ?? 0));
  return {
    /** Tensors alive after the last run. */
    tensors: (): Promise<number> => page.evaluate(() => Number(document.body.dataset['tensors'])),

    /** How often an encoder ran in the last run. */
    encodes: (): Promise<number> => page.evaluate(() => Number(document.body.dataset['encodes'])),

    /** Lets a file fall on a place. */
    async drop(place: string, name: string, type: string, text: string): Promise<void> {
      const make = ([text, name, type]: readonly [string, string, string]): DataTransfer => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], name, { type }));
        return transfer;
      };
      const dataTransfer = await page.evaluateHandle(make, [text, name, type] as const);
      await page.getByLabel(place).dispatchEvent('drop', { dataTransfer });
      await dataTransfer.dispose();
    },

    /** Waits until nothing is painted. */
    async rest(): Promise<void> {
      const resting = (): boolean => !['painting', 'stopping'].includes(document.body.dataset['state']!);
      await page.waitForFunction(resting, undefined, { timeout: 100_000 });
    },

    /** Does something and waits until the run that it starts, or ends, is over; the state then. */
    async afterRun(act: () => Promise<unknown>): Promise<string | undefined> {
      const before = await runs();
      await act();
      await page.waitForFunction((n) => Number(document.body.dataset['runs'] ?? 0) > n, before, { timeout: 100_000 });
      return page.evaluate(() => document.body.dataset['state']);
    },

    /** The worker hears of the next run only together with its stop: however fast it is, nothing of the run is done by then. */
    async holdUntilStop(): Promise<void> {
      await page.workers()[0]!.evaluate(() => {
        const [held, hear] = [[] as MessageEvent<{ kind: string }>[], self.onmessage!];
        self.onmessage = (event: MessageEvent<{ kind: string }>) => {
          held.push(event);
          if (event.data.kind !== 'stop') return;
          self.onmessage = hear;
          for (const each of held) hear.call(self, each);
        };
      });
    },

    /** The worker never comes back from what it says that it does. */
    async hangAt(phase: string): Promise<void> {
      await page.workers()[0]!.evaluate((phase) => {
        const post = self.postMessage.bind(self) as (reply: { text?: string }, options: object) => void;
        const hang = (): never => {
          for (;;);
        };
        const postMessage = (reply: { text?: string }, options: object): void => {
          post(reply, options);
          if (reply.text === phase) hang();
        };
        Object.assign(self, { postMessage });
      }, phase);
    },

    /** The pixels of the picture that is shown, RGBA. */
    async shown(): Promise<Shown> {
      const png = await page.evaluate(() => document.querySelector<HTMLCanvasElement>('#painting')!.toDataURL());
      return pixelsOf(Buffer.from(png.slice(png.indexOf(',') + 1), 'base64'));
    },

    /** Moves a slider. */
    slide: (name: string, value: number): Promise<void> => page.getByLabel(name, { exact: true }).fill(String(value)),

    /** The page as it is, wide and narrow. Nothing may stick out on a phone. */
    async screenshot(name: string): Promise<void> {
      mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: path.join(folder, `${name}-wide.png`), fullPage: true });
      await page.setViewportSize(narrow);
      await page.screenshot({ path: path.join(folder, `${name}-narrow.png`) });
      const reach = await page.evaluate(() => {
        const seen = [...document.querySelectorAll('button, a, input, select')].filter((x) => x.checkVisibility());
        const sides = seen.map((control) => control.getBoundingClientRect().right);
        return Math.max(document.documentElement.scrollWidth, ...sides);
      });
      await page.setViewportSize(wide);
      expect(reach).toBeLessThanOrEqual(narrow.width);
    },
  };
}

/** Mean difference of two pictures of one size, in 0..255. */
export const difference = (a: Shown, b: Shown): number =>
  a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;
