import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenPage, executablePath, openPage } from './openPage.js';
import { arrive, type visitor } from './visitor.js';

/* The page as somebody uses it who has a keyboard and no pointer. */

const sizes = {
  wide: { width: 1280, height: 860 },
  low: { width: 900, height: 480 },
  phone: { width: 360, height: 740 },
};

/** Where the focus is, and what is wrong with how it is shown. */
interface Stop {
  readonly name: string;
  readonly wrong?: string;
}

/** The element that has the focus, once the page has scrolled to it; `undefined` for none. */
const focused = (page: Page): Promise<Stop | undefined> =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLLabelElement> };
    if (element === document.body) return undefined;
    const name = element.ariaLabel ?? (element.labels?.[0]?.querySelector('span') ?? element).textContent.trim();
    // A file and a choice are shown by what stands in their place.
    const places = [element, element.closest('.frame'), element.nextElementSibling];
    const place = places.find((one) => one !== null && getComputedStyle(one).outlineStyle === 'solid');
    if (place == null) return { name, wrong: 'no outline' };
    const { outlineWidth, outlineOffset } = getComputedStyle(place);
    const around = parseFloat(outlineWidth) + parseFloat(outlineOffset);
    const { left, right, top, bottom } = place.getBoundingClientRect();
    const inside = left >= around && top >= around && right <= innerWidth - around && bottom <= innerHeight - around;
    if (!inside) return { name, wrong: `partly outside: ${left}..${right}, ${top}..${bottom}` };
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    const points = [
      [x, y],
      [left + 2, y],
      [right - 2, y],
      [x, top + 2],
      [x, bottom - 2],
    ] as const;
    const covered = points.some(([x, y]) => !place.parentElement!.contains(document.elementFromPoint(x, y)));
    return covered ? { name, wrong: 'covered' } : { name };
  });

describe.runIf(executablePath !== undefined)('the page of examples/browser by keyboard alone', () => {
  let opened: OpenPage;
  let page: Page;
  let visit: ReturnType<typeof visitor>;

  beforeAll(async () => {
    opened = await openPage();
    page = await opened.browser.newPage();
    visit = await arrive(page, opened.address);
  });
  afterAll(() => opened.close());

  const state = (): Promise<string | undefined> => page.evaluate(() => document.body.dataset['state']);

  /** From the top of the page to its end by the Tab key: every place where it stops. */
  async function walk(): Promise<Stop[]> {
    await page.evaluate(() => {
      // The Tab key goes on from where the focus was last: here, above everything.
      const title = document.querySelector('h1')!;
      title.tabIndex = -1;
      title.focus();
      title.removeAttribute('tabindex');
    });
    const stops: Stop[] = [];
    for (;;) {
      await page.keyboard.press('Tab');
      const stop = await focused(page);
      if (stop === undefined || stops.length > 50) return stops;
      stops.push(stop);
    }
  }

  /** Goes on with the Tab key until it stops at a name. */
  async function tabTo(name: string): Promise<void> {
    for (let i = 0; i < 50; i++) {
      await page.keyboard.press('Tab');
      if ((await focused(page))?.name === name) return;
    }
    throw new Error(`The Tab key never stops at ${name}`);
  }

  const samples = (place: string, ...names: string[]): string[] => [
    `${place}: choose a file`,
    ...names.map((name) => `${place}: sample ${name}`),
  ];
  const pictures = [
    ...samples('Content', 'Harbour', 'Owl'),
    ...samples('Style', 'Swirls', 'Glass'),
    ...samples('Mix with', 'Swirls', 'Glass'),
  ];
  const settings = {
    universal: ['Universal', 'Strength', 'Depth', 'Size', 'More settings', 'Transform', 'Backend', 'Weights'],
    gatys: ['Gatys', 'Style weight', 'Size', 'Steps', 'More settings', 'Sizes, coarse to fine', 'Backend', 'Weights'],
  };

  test('starts and stops by Enter and Space, with the focus on what comes next', async () => {
    const focus = async (): Promise<string | undefined> => (await focused(page))?.name;
    await tabTo('Size');
    await page.keyboard.press('Home');
    expect(await page.getByLabel('Size', { exact: true }).inputValue()).toBe('128');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Home');
    expect(await page.getByRole('slider', { name: 'Depth' }).inputValue()).toBe('1');
    await tabTo('Paint');
    expect(await visit.afterRun(() => page.keyboard.press('Enter'))).toBe('done');
    expect(await focus()).toBe('Paint');

    await tabTo('Universal');
    await page.keyboard.press('ArrowRight');
    expect(await focus()).toBe('Gatys');
    await tabTo('Steps');
    await page.keyboard.press('End');
    for (const [start, stop] of [
      ['Enter', 'Space'],
      ['Space', 'Enter'],
    ] as const) {
      await tabTo('Paint');
      await page.keyboard.press(start);
      await visit.atStep(1);
      expect(await focus()).toBe('Stop');
      expect(await visit.afterRun(() => page.keyboard.press(stop))).toBe('stopped');
      expect(await focus()).toBe('Continue');
    }
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await page.getByRole('button', { name: 'Original' }).getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Space');
    const download = page.waitForEvent('download');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect((await download).suggestedFilename()).toBe('pastiche.png');
  });

  test('opens what is closed, chooses a picture and a file', async () => {
    const chooser = page.waitForEvent('filechooser');
    await tabTo('Content: choose a file');
    await page.keyboard.press('Enter');
    await chooser;
    await tabTo('Style: sample Glass');
    await page.keyboard.press('Space');
    await page.getByAltText('Style: Glass').waitFor();
    await tabTo('More settings');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Backend').isVisible()).toBe(true);
  });

  describe.each(Object.entries(sizes))('in a %s window', (_, size) => {
    beforeAll(() => page.setViewportSize(size));

    test.each(['universal', 'gatys'] as const)(
      'the Tab key stops at every control of %s in the order of the page, and its outline is seen as a whole',
      async (method) => {
        await page.locator(`[value=${method}]`).check({ force: true });
        await visit.rest();
        expect(await state()).not.toBe('painting');
        const goOn = method === 'gatys' ? ['Continue'] : [];
        const expected = [
          'Paint',
          ...goOn,
          'Original',
          'Download PNG',
          ...pictures,
          ...settings[method],
          'TensorFlow.js',
        ];
        expect(await walk()).toEqual(expected.map((name) => ({ name })));
      },
    );
  });
});
