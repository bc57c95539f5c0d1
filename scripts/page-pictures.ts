// The pictures of the page in the README, from the page as `npm run build:page` makes it: npm run page:pictures. Takes some minutes;
// needs a Chromium.
import { openPage } from '../test/page/openPage.js';
import { arrive } from '../test/page/visitor.js';

const opened = await openPage();

/** The page in a window of its own, ready. */
async function open(width: number, height: number, colorScheme: 'light' | 'dark') {
  const page = await opened.browser.newPage({ viewport: { width, height }, colorScheme });
  const visit = await arrive(page, opened.isolated);
  return { page, visit, press: (name: string) => page.getByRole('button', { name }).click() };
}
const quality = { type: 'jpeg', quality: 88 } as const;

try {
  const desk = await open(1200, 772, 'light');
  await desk.press('Content: sample Owl');
  await desk.press('Style: sample Glass');
  await desk.page.getByText('Gatys', { exact: true }).click();
  await desk.visit.slide('Size', 448);
  await desk.visit.slide('Steps', 80);
  await desk.press('Paint');
  await desk.visit.atStep(140, 900_000);
  await desk.page.screenshot({ path: 'docs/images/page.jpg', ...quality });
  await desk.page.close();

  const phone = await open(360, 740, 'dark');
  await phone.press('Mix with: sample Glass');
  await phone.visit.slide('Size', 512);
  await phone.visit.afterRun(() => phone.press('Paint'));
  await phone.page.evaluate(() => scrollTo(0, 0));
  await phone.page.screenshot({ path: 'docs/images/page-phone.jpg', ...quality });
} finally {
  await opened.close();
}
