import { readFileSync } from 'node:fs';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasSharedData, sharedPath } from '../_setup/shared.js';
import { type OpenPage, executablePath, openPage } from './openPage.js';
import { arrive, difference, pixelsOf, type visitor } from './visitor.js';

if (executablePath === undefined) {
  const message = 'No Chromium found: the page of examples/browser is not tested. Install it or set CHROMIUM.';
  if (process.env['REQUIRE_BROWSER'] === '1') throw new Error(message);
  console.warn(message);
}

describe.runIf(executablePath !== undefined)('the page of examples/browser', () => {
  let opened: OpenPage;
  let page: Page;
  let visit: ReturnType<typeof visitor>;
  const complaints: string[] = [];

  beforeAll(async () => {
    opened = await openPage();
    page = await opened.browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: 'light' });
    visit = await arrive(page, opened.address, complaints);
  });
  afterAll(() => opened.close());

  const button = (name: string | RegExp) => page.getByRole('button', { name });
  const text = (id: string) => page.locator(`#${id}`).innerText();

  test('is ready with the sample pictures, and every control has a name', async () => {
    expect(await text('status')).toBe('Ready');
    for (const name of ['Content', 'Style']) expect(await page.getByAltText(new RegExp(`^${name}: `)).count()).toBe(1);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>('input, select, button')]
        .filter((control) => !control.ariaLabel && !control.labels?.length && !control.textContent.trim())
        .map((control) => control.outerHTML),
    );
    expect(nameless).toEqual([]);
    expect(await page.getByRole('progressbar', { name: 'Progress' }).getAttribute('aria-valuenow')).toBe('0');
    await visit.screenshot('1-ready');
  });

  test('universal: paints, and a slider repaints without looking at the pictures again', async () => {
    await visit.slide('Size', 128);
    const original = await visit.shown();
    expect(await visit.afterRun(() => button('Paint').click())).toBe('done');
    const painted = await visit.shown();
    expect([painted.width, painted.height]).toEqual([128, 96]);
    expect(original.width).toBe(512);
    const tensors = await visit.tensors();
    expect(tensors).toBeGreaterThan(0);
    // Three levels: three times the style, the content, and twice what the level below has painted.
    expect(await visit.encodes()).toBe(6);
    await visit.screenshot('2-universal');

    // Everything that the page says from now on.
    await page.evaluate(() => {
      const said: string[] = [];
      const status = document.querySelector('#status')!;
      new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true });
      Object.assign(globalThis, { said });
    });
    expect(await visit.afterRun(() => visit.slide('Strength', 10))).toBe('done');
    const faint = await visit.shown();
    expect(difference(faint, painted)).toBeGreaterThan(3);
    const said = await page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
    expect(said.at(0)).toBe('Repainting');
    expect(said.filter((words) => words.startsWith('Looking'))).toEqual([]);
    expect(await visit.encodes()).toBe(2);
    expect(await visit.tensors()).toBe(tensors);

    // A second style is new to the worker; its share is not.
    await visit.afterRun(() => button('Mix with: sample Glass').click());
    const half = await visit.shown();
    expect(difference(half, faint)).toBeGreaterThan(0.5);
    expect(await visit.encodes()).toBe(5);
    await visit.afterRun(() => visit.slide('Share of the second style', 0));
    expect(difference(await visit.shown(), faint)).toBeLessThan(1);
    expect(await visit.encodes()).toBe(2);
    expect(await visit.tensors()).toBe(tensors);
    await visit.afterRun(() => button('Mix with: remove the picture').click());

    // Stopped before the first level: the picture of before stays, and no tensor is left.
    const before = await visit.shown();
    await visit.holdUntilStop();
    const startAndStop = async (): Promise<void> => {
      await button('Paint').click();
      await button('Stop').click();
    };
    expect(await visit.afterRun(startAndStop)).toBe('stopped');
    expect(difference(await visit.shown(), before)).toBe(0);
    expect(await visit.tensors()).toBe(tensors);
  });

  test('a method that is chosen while a change is repainted waits for its button', async () => {
    const slideAndSwitch = (): Promise<void> =>
      page.evaluate(() => {
        document.querySelector('[name=strength]')!.dispatchEvent(new Event('input', { bubbles: true }));
        document.querySelector<HTMLInputElement>('[value=gatys]')!.click();
      });
    expect(await visit.afterRun(slideAndSwitch)).toBe('done');
    expect(await visit.afterRun(() => page.locator('[value=universal]').check({ force: true }))).toBe('done');
  });

  test('downloads what is seen as a PNG', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()]);
    expect(download.suggestedFilename()).toBe('pastiche.png');
    const file = readFileSync(await download.path());
    expect(await sharp(file).metadata()).toMatchObject({ format: 'png', width: 128, height: 96 });
    expect(difference(await pixelsOf(file), await visit.shown())).toBe(0);
  });

  test('shows the original on request', async () => {
    const painted = await visit.shown();
    await button('Original').click();
    expect((await visit.shown()).width).toBe(512);
    await button('Original').click();
    expect(difference(await visit.shown(), painted)).toBe(0);
  });

  test('Gatys: paints with a loss curve, stops, goes on, and frees its tensors', async () => {
    await page.getByText('Gatys', { exact: true }).click();
    await visit.slide('Steps', 10);
    // What universal style transfer has painted can be gone on from.
    await button('Continue').waitFor();
    // By keyboard: the focus goes to the button that takes the place of the one that was pressed.
    await button('Paint').focus();
    expect(await visit.afterRun(() => page.keyboard.press('Enter'))).toBe('done');
    const tensors = await visit.tensors();
    const loss = async (): Promise<number[]> => (await text('curve')).match(/[\d.]+(e-?\d+)?/g)!.map(Number);
    const [end, steps, start] = await loss();
    expect(steps).toBe(20);
    expect(end).toBeLessThan(start!);
    expect(await page.locator('#curve polyline').count()).toBe(2);
    const first = await visit.shown();

    await visit.slide('Steps', 400);
    await button('Paint').press('Enter');
    await page.waitForFunction(() => document.querySelector('#left')!.textContent.startsWith('step'));
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('stop');
    expect(await page.title()).toMatch(/^\d+ % · pastiche/);
    await visit.screenshot('3-painting');
    expect(await visit.afterRun(() => page.keyboard.press('Enter'))).toBe('stopped');
    expect(await text('status')).toMatch(/^Stopped after/);
    expect(await page.title()).toMatch(/^pastiche/);
    expect(await visit.tensors()).toBe(tensors);
    const [, stepsBefore] = await loss();

    await visit.slide('Steps', 10);
    expect(await visit.afterRun(() => button('Continue').click())).toBe('done');
    expect((await loss())[1]).toBe(stepsBefore! + 10);
    expect(await visit.tensors()).toBe(tensors);
    expect(difference(await visit.shown(), first)).toBeGreaterThan(0);
    await visit.screenshot('4-gatys');
  });

  test('a step that takes too long: stops at once, with a new worker, and goes on from what there was', async () => {
    const before = await visit.shown();
    const phase = 'Looking at both pictures';
    await visit.hangAt(phase);
    await button('Continue').press('Enter');
    await page.waitForFunction((words) => document.querySelector('#status')!.textContent === words, phase);
    const gone = page.workers()[0]!.waitForEvent('close');
    await page.keyboard.press('Enter');
    expect(await text('status')).toBe('Stopping');
    expect(await visit.afterRun(() => button('Stop at once').press('Enter'))).toBe('stopped');
    await gone;
    expect(difference(await visit.shown(), before)).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('continue');
    expect(await visit.afterRun(() => button('Continue').press('Enter'))).toBe('done');
    expect(difference(await visit.shown(), before)).toBeGreaterThan(0);
  });

  test('a file that is no picture: says so, and keeps the picture that was there', async () => {
    await visit.drop('Content: choose a file', 'notes.txt', 'text/plain', 'no picture');
    await page.getByRole('alert').waitFor();
    expect(await text('error')).toBe(
      'notes.txt is no picture that this browser can read. Choose a JPEG, PNG or WebP file.',
    );
    expect(await page.getByAltText('Content: Harbour').count()).toBe(1);
    await visit.screenshot('5-bad-file');
  });

  test('public weights: says their size first, and what is wrong without a network', async () => {
    await page.route('https://huggingface.co/**', (route) => route.abort());
    await page.getByText('More settings').click();
    await page.getByLabel('Weights').selectOption('vgg19-torchvision');
    expect(await text('weights-note')).toMatch(/52 MB from huggingface\.co, once.*BSD-3-Clause/);
    expect(await visit.afterRun(() => button('Download 52 MB and paint').click())).toBe('failed');
    expect(await text('error')).toMatch(/^Downloading the weights from huggingface\.co failed\. Check the network/);
    // The networks of before are gone, and nothing came in their place.
    expect(await visit.tensors()).toBe(0);
    await visit.screenshot('6-offline');
    await page.getByLabel('Weights').selectOption('slim');
  });

  test('a picture of one’s own, and a worker that breaks down: a new one paints', async () => {
    const buffer = await sharp({ create: { width: 90, height: 120, channels: 3, background: '#84a' } })
      .jpeg()
      .toBuffer();
    await page.getByLabel('Content: choose a file').setInputFiles({ name: 'own.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByAltText('Content: own.jpg').waitFor();
    const crash = (): Promise<unknown> =>
      page.workers()[0]!.evaluate(() => {
        setTimeout(() => {
          throw new RangeError('out of memory');
        });
      });
    expect(await visit.afterRun(crash)).toBe('failed');
    expect(await text('error')).toMatch(/^There was not enough memory.*has been started again/);
    expect(await page.getByRole('alert').locator('details').textContent()).toMatch(/out of memory/);
    await visit.screenshot('7-broken-down');
    await page.getByText('Universal', { exact: true }).click();
    expect(await visit.afterRun(() => button('Paint').click())).toBe('done');
    const { width, height } = await visit.shown();
    expect([width, height]).toEqual([96, 128]);
  });

  test.skipIf(!hasSharedData)('public autoencoders: their size first, then they arrive and paint', async () => {
    await page.route('https://raw.githubusercontent.com/**', async (route) => {
      const [, level, part] = /(\d)S([ED])\.pth$/.exec(route.request().url())!;
      const file = `weights/ust16x-${part === 'E' ? 'encoder' : 'decoder'}-${level!}.pth`;
      await route.fulfill({ path: sharedPath(file), headers: { 'access-control-allow-origin': '*' } });
    });
    await page.getByLabel('Weights').selectOption('ust16x');
    expect(await visit.afterRun(() => button('Download 9.7 MB and paint').click())).toBe('done');
    const { width, height } = await visit.shown();
    expect([width, height]).toEqual([96, 128]);
    // They need not be announced again.
    await button('Paint').waitFor();
  });

  test('offers the backends that there are, and warns of those without a graphics card', async () => {
    const backends = await page.getByLabel('Backend').locator('option').allInnerTexts();
    expect(backends[0]).toBe('WebAssembly (processor)');
    expect(backends[1]).toMatch(/^WebGL \(graphics card\), (in software: slow|not in this browser)$/);
    expect(await page.getByLabel('Backend').inputValue()).toBe('wasm');
  });

  test('a graphics card that is lost: says so, and paints on without it', async () => {
    // So that the card can be taken away.
    await page.workers()[0]!.evaluate(() => {
      const { prototype } = OffscreenCanvas;
      const getContext = Object.getOwnPropertyDescriptor(prototype, 'getContext')!.value as (kind: string) => object;
      Object.defineProperty(prototype, 'getContext', {
        value(this: OffscreenCanvas, ...asked: [string]) {
          const context = getContext.apply(this, asked);
          if (asked[0] === 'webgl2') Object.assign(globalThis, { card: context });
          return context;
        },
      });
    });
    await page.getByLabel('Weights').selectOption('slim');
    await visit.slide('Depth', 1);
    // The page may be repainting by itself.
    await visit.rest();
    await page.getByLabel('Backend').selectOption('webgl');
    expect(await visit.afterRun(() => button('Paint').click())).toBe('done');
    const painted = await visit.shown();
    const lose = (): Promise<unknown> =>
      page.workers()[0]!.evaluate(() => {
        const { card } = globalThis as unknown as { card: WebGL2RenderingContext };
        card.getExtension('WEBGL_lose_context')!.loseContext();
      });
    expect(await visit.afterRun(lose)).toBe('failed');
    expect(await text('error')).toMatch(/^The graphics card was lost.*has been started again/);
    expect(difference(await visit.shown(), painted)).toBe(0);
    await page.getByLabel('Backend').selectOption('wasm');
    expect(await visit.afterRun(() => button('Paint').click())).toBe('done');
    // The same numbers on both, but for rounding.
    expect(difference(await visit.shown(), painted)).toBeLessThan(2);
  });

  test('computes with threads where a server isolates the page', async () => {
    const other = await opened.browser.newPage();
    try {
      const isolatedVisit = await arrive(other, opened.isolated, complaints);
      const title = await other.locator('[name=backend] option').first().textContent();
      const threads = Math.min(8, await other.evaluate(() => navigator.hardwareConcurrency));
      expect(title).toBe(`WebAssembly (processor)${threads > 1 ? `, ${threads} threads` : ''}`);
      await isolatedVisit.slide('Size', 128);
      expect(await isolatedVisit.afterRun(() => other.locator('#paint').click())).toBe('done');
      // The worker of the page, and those that compute for it.
      expect(other.workers().length).toBeGreaterThan(1);
    } finally {
      await other.close();
    }
  });

  test('nothing was thrown on the page', () => {
    expect(complaints).toEqual([]);
  });
});
