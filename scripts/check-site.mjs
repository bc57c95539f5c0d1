// Opens the documentation site (npm run docs first) in Chromium, wide and narrow, without a network: no page may scroll sideways,
// formulas must be drawn, pictures must be there, and the search must find what is looked for. With a folder as argument it leaves
// screenshots there, in light and dark: tsx scripts/check-site.mjs [folder]
/* global document, window -- within the page */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium as playwright } from 'playwright';
import { findChromium } from '../test/_setup/chromium.ts';

const site = path.resolve(import.meta.dirname, '../site');
const shots = process.argv[2];
const widths = [360, 1280];

const executablePath = findChromium();
if (executablePath === undefined) {
  const needed = process.env['REQUIRE_BROWSER'] === '1';
  console[needed ? 'error' : 'log']('No Chromium found: the site was not opened. CHROMIUM=/path/to/chrome names one.');
  process.exit(needed ? 1 : 0);
}
if (!existsSync(path.join(site, 'index.html'))) {
  console.error('site/ is not there: run npm run docs first');
  process.exit(1);
}
const guides = readdirSync(path.join(site, 'documents')).map((name) => `documents/${name}`);
// Of the generated ones those with the longest names, signatures and tables.
const generated = ['modules/pastiche', 'modules/models', 'functions/models.loadVgg', 'functions/optim.lbfgs'];
const reference = [...generated, 'interfaces/models.LoadVggOptions', 'interfaces/pipelines.StylizeSettings'];
const pages = ['index.html', ...guides, ...reference.map((name) => `${name}.html`)];
const address = (page) => pathToFileURL(path.join(site, page)).href;

/** What is wrong with the page as it lies before us. Runs in the page. */
function problemsOf() {
  const found = [];
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 0) {
    const past = [...document.querySelectorAll('body *')].filter(
      (element) =>
        element.getBoundingClientRect().right > window.innerWidth + 1 && element.closest('.scroll-box, pre') === null,
    );
    found.push(
      `scrolls sideways by ${wide} pixels: ${past.map((element) => element.outerHTML.slice(0, 80)).slice(0, 3)}`,
    );
  }
  for (const formula of document.querySelectorAll('math')) {
    const { width, height } = formula.getBoundingClientRect();
    if (width < 4 || height < 4) found.push(`a formula is not drawn: ${formula.textContent}`);
  }
  if (document.querySelector('.katex-error') !== null) found.push('a formula is an error');
  for (const picture of document.images)
    if (!picture.complete || picture.naturalWidth === 0) found.push(`a picture is missing: ${picture.src}`);
  return { found, formulas: document.querySelectorAll('math').length };
}

/** typedoc hides the page until its script has run; what is hidden has no size. */
const shown = (page) => page.waitForFunction(() => document.body.style.display !== 'none');

const browser = await playwright.launch({ executablePath, args: ['--no-sandbox', '--allow-file-access-from-files'] });
const problems = [];
let formulas = 0;
try {
  for (const width of widths) {
    const context = await browser.newContext({ viewport: { width, height: 800 } });
    await context.route(/^(?!file:|data:|blob:)/, (route) => {
      problems.push(`asks the network for ${route.request().url()}`);
      return route.abort();
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
    for (const name of pages) {
      await page.goto(address(name));
      await shown(page);
      const { found, formulas: here } = await page.evaluate(problemsOf);
      problems.push(...found.map((what) => `${name} at ${width}: ${what}`));
      formulas += here;
    }

    await page.goto(address('index.html'));
    await page.click('#tsd-search-trigger');
    await page.fill('#tsd-search-input', 'gramMatrix');
    const result = page.locator('#tsd-search-results a[href*="functions/losses.gramMatrix"]').first();
    await result
      .waitFor({ timeout: 20_000 })
      .catch(() => problems.push(`at ${width} the search does not find gramMatrix`));
    await context.close();
  }
  if (formulas === 0) problems.push('there are no formulas');

  if (shots !== undefined) {
    mkdirSync(shots, { recursive: true });
    for (const width of widths)
      for (const colorScheme of ['light', 'dark']) {
        const page = await browser.newPage({ viewport: { width, height: width === 360 ? 780 : 900 }, colorScheme });
        for (const name of pages) {
          await page.goto(address(name));
          await shown(page);
          const title = path.parse(name).name.replaceAll(/[^\w.-]+/g, '-');
          await page.screenshot({ path: path.join(shots, `${title}-${width}-${colorScheme}.png`), fullPage: true });
        }
        await page.close();
      }
  }
} finally {
  await browser.close();
}
for (const problem of problems) console.error(problem);
console.log(
  `${pages.length} pages at ${widths.join(' and ')} pixels, ${formulas} formulas, ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
