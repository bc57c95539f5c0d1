import type { BrowserContext, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenPage, executablePath, openPage } from './openPage.js';
import { arrive, patience, type visitor } from './visitor.js';

/* What may happen to a page while it paints: nobody looks, the browser freezes it. */

describe.runIf(executablePath !== undefined)('the life of the page of examples/browser', () => {
  let opened: OpenPage;
  let tabs: BrowserContext;
  let page: Page;
  let visit: ReturnType<typeof visitor>;
  const complaints: string[] = [];

  beforeAll(async () => {
    opened = await openPage();
    tabs = await opened.realTabs();
    page = await tabs.newPage();
    visit = await arrive(page, opened.address, complaints);
    await page.getByText('Gatys', { exact: true }).click();
    await page.getByText('More settings').click();
    await visit.slide('Size', 128);
  });
  afterAll(() => opened.close());

  const button = (name: string) => page.getByRole('button', { name });
  const text = (id: string) => page.locator(`#${id}`).innerText();

  /** Begins a run of some steps, and comes back when it has begun to paint. */
  async function begin(steps: number): Promise<void> {
    await visit.slide('Steps', steps);
    await button('Paint').click();
    await visit.atStep(1);
  }

  /** Does something while another tab is seen. */
  async function unseen(act: () => Promise<void>): Promise<void> {
    const other = await tabs.newPage();
    await other.bringToFront();
    await page.waitForFunction(() => document.hidden, undefined, patience);
    await act();
    await page.bringToFront();
    await page.waitForFunction(() => !document.hidden, undefined, patience);
    await other.close();
  }

  test('hidden: goes on and ends there; the tab says so, until somebody looks', async () => {
    const before = await page.title();
    await begin(60);
    await unseen(async () => {
      const then = await visit.step();
      await visit.atStep(then + 3);
      expect(await page.title()).toMatch(/^\d+ % · pastiche/);
      expect(await visit.rest()).toBe('done');
      expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
      expect(await text('status')).toMatch(/^Done in/);
      expect(await page.title()).toMatch(/^Done in .* · pastiche/);
    });
    expect(await page.title()).toBe(before);
  });

  test('frozen by the browser: pauses, worker and all, and goes on when it is thawed', async () => {
    const tensors = await visit.tensors();
    const session = await tabs.newCDPSession(page);
    await begin(60);
    await unseen(async () => {
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      const then = await visit.step();
      // Several steps would fit in.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await visit.step()).toBe(then);
      await session.send('Page.setWebLifecycleState', { state: 'active' });
      expect(await visit.rest()).toBe('done');
    });
    await session.detach();
    expect(await visit.tensors()).toBe(tensors);
  });

  test('nothing was thrown on the page', () => {
    expect(complaints).toEqual([]);
  });
});
