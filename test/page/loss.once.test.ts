import type { Page } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenPage, executablePath, openPage } from './openPage.js';
import { arrive, difference, type visitor } from './visitor.js';

/* What a page may lose while it paints: its worker, its graphics card. */

describe.runIf(executablePath !== undefined)('the page of examples/browser in the middle of a run', () => {
  let opened: OpenPage;
  let page: Page;
  let visit: ReturnType<typeof visitor>;
  const complaints: string[] = [];

  beforeAll(async () => {
    opened = await openPage();
    page = await opened.browser.newPage();
    visit = await arrive(page, opened.address, complaints);
    // Low pictures: a graphics card in software takes its time.
    const buffer = await sharp('assets/content-owl.png').resize(128, 64, { fit: 'fill' }).png().toBuffer();
    for (const place of ['Content', 'Style']) {
      const file = { name: 'low.png', mimeType: 'image/png', buffer };
      await page.getByLabel(`${place}: choose a file`).setInputFiles(file);
      await page.getByAltText(`${place}: low.png`).waitFor();
    }
    await visit.slide('Size', 128);
    await visit.slide('Depth', 1);
    await page.getByText('More settings').click();
  });
  afterAll(() => opened.close());

  const button = (name: string) => page.getByRole('button', { name });
  const text = (id: string) => page.locator(`#${id}`).innerText();

  test('the worker is taken away: says so, and goes on from what was painted, with a new worker', async () => {
    await page.getByText('Gatys', { exact: true }).click();
    // One size, so that pictures can be compared.
    await page.getByLabel('Sizes, coarse to fine').selectOption('1');
    await visit.slide('Steps', 400);
    await button('Paint').click();
    await visit.atStep(2);
    const gone = page.workers()[0]!.waitForEvent('close');
    expect(await visit.afterRun(() => page.workers()[0]!.evaluate(() => self.close()))).toBe('failed');
    await gone;
    expect(await text('status')).toBe('It did not work');
    expect(await text('error')).toMatch(/^The painter broke down\. The painter has been started again/);
    const half = await visit.shown();
    expect([half.width, half.height]).toEqual([128, 64]);
    await visit.slide('Steps', 10);
    expect(await visit.afterRun(() => button('Continue').click())).toBe('done');
    expect(difference(await visit.shown(), half)).toBeGreaterThan(0);
    expect(await page.getByRole('alert').isVisible()).toBe(false);
  });

  test.each(['webgl', 'webgpu'])(
    'the GPU process dies under %s: says so, and the processor paints',
    async (backend) => {
      await page.getByText('Universal', { exact: true }).click();
      await visit.rest();
      await page.getByLabel('Backend').selectOption(backend);
      await button('Paint').click();
      await page.waitForFunction(() => document.querySelector('#status')!.textContent.startsWith('Looking'));
      expect(await visit.afterRun(() => opened.killGpu())).toBe('failed');
      expect(await text('status')).toBe('It did not work');
      expect(await text('error')).toMatch(/^The graphics card was lost.*has been started again/);
      await page.getByLabel('Backend').selectOption('wasm');
      expect(await visit.afterRun(() => button('Paint').click())).toBe('done');
      const { width, height } = await visit.shown();
      expect([width, height]).toEqual([128, 64]);
      expect(await page.getByRole('alert').isVisible()).toBe(false);
    },
  );

  test('nothing was thrown on the page', () => {
    expect(complaints).toEqual([]);
  });
});
