import { mkdirSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { expect } from 'vitest';

const folder = path.resolve('out/page');
const wide = { width: 1280, height: 860 };
const narrow = { width: 360, height: 740 };

/** For `waitForFunction`, which otherwise looks before every frame: a hidden page has none. */
export const patience = { timeout: 100_000, polling: 50 };

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
  page.setDefaultTimeout(patience.timeout);
  const runs = (): Promise<number> => page.evaluate(() => Number(document.body.dataset['runs'] ?? 0));
  /** The step that is being painted. */
  const step = async (): Promise<number> => Number(/^step (\d+)/.exec(await page.locator('#left').innerText())?.[1]);
  return {
    /** Tensors alive after the last run. */
    tensors: (): Promise<number> => page.evaluate(() => Number(document.body.dataset['tensors'])),

    /** How often an encoder ran in the last run. */
    encodes: (): Promise<number> => page.evaluate(() => Number(document.body.dataset['encodes'])),

    step,

    /** Waits for a step of the run that is painted. */
    async atStep(n: number, timeout = patience.timeout): Promise<void> {
      const reached = (n: number): boolean =>
        Number(/^step (\d+)/.exec(document.querySelector('#left')!.textContent)?.[1]) >= n;
      await page.waitForFunction(reached, n, { ...patience, timeout });
    },

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

    /** Waits until nothing is painted; the state then. */
    async rest(): Promise<string | undefined> {
      const resting = (): boolean => !['painting', 'stopping'].includes(document.body.dataset['state']!);
      await page.waitForFunction(resting, undefined, patience);
      return page.evaluate(() => document.body.dataset['state']);
    },

    /** Does something and waits until the run that it starts, or ends, is over; the state then. */
    async afterRun(act: () => Promise<unknown>): Promise<string | undefined> {
      const before = await runs();
      await act();
      await page.waitForFunction((n) => Number(document.body.dataset['runs'] ?? 0) > n, before, patience);
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

    /**
     * The page as it is: pictures of it, wide and narrow, light and dark. Nothing may stick out on a phone, and axe may find nothing
     * wrong for those who see little or nothing.
     */
    async screenshot(name: string): Promise<void> {
      mkdirSync(folder, { recursive: true });
      const found: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const)
        for (const [width, viewport] of Object.entries({ wide, narrow })) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await page.setViewportSize(viewport);
          const file = [name, width, ...(colorScheme === 'dark' ? ['dark'] : [])].join('-');
          await page.screenshot({ path: path.join(folder, `${file}.png`), fullPage: width === 'wide' });
          found.push(...(await violations(page)));
          expect(await reach(page)).toBeLessThanOrEqual(viewport.width);
        }
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
      await page.setViewportSize(wide);
      expect(found).toEqual([]);
    },
  };
}

/** Opens the page and waits until one can paint. What it throws is added to the complaints. */
export async function arrive(
  page: Page,
  address: string,
  complaints: string[] = [],
): Promise<ReturnType<typeof visitor>> {
  page.on('pageerror', (error) => complaints.push(error.message));
  const visit = visitor(page);
  await page.goto(address);
  await page.waitForSelector('#paint:enabled');
  return visit;
}

/** How far to the right the page and its controls go. */
const reach = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const seen = [...document.querySelectorAll('button, a, input, select')].filter((x) => x.checkVisibility());
    const sides = seen.map((control) => control.getBoundingClientRect().right);
    return Math.max(document.documentElement.scrollWidth, ...sides);
  });

/** What axe finds wrong, each with the elements that it is about. */
async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe: here } = globalThis as unknown as { axe: typeof axe };
    return (await here.run(document, { resultTypes: ['violations'] })).violations;
  });
  return found.map(({ impact, id, nodes }) => `${String(impact)}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Mean difference of two pictures of one size, in 0..255. */
export const difference = (a: Shown, b: Shown): number =>
  a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;
