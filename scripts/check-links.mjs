// Every link and picture inside the documentation site leads somewhere, anchors included: npm run docs
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const site = path.resolve(import.meta.dirname, '../site');
const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'));
const unescape = (text) => text.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'");
const texts = new Map();
const textOf = (file) => {
  if (!texts.has(file)) texts.set(file, readFileSync(file, 'utf8'));
  return texts.get(file);
};
const idsOf = (text) => new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => unescape(id)));
const ids = new Map();

const problems = new Set();
let links = 0;
for (const page of pages) {
  const file = path.join(site, page);
  for (const [, raw] of textOf(file).matchAll(/\s(?:href|src)="([^"]*)"/g)) {
    const link = unescape(raw);
    if (/^(https?|data|mailto):/.test(link)) continue;
    links += 1;
    const [place, anchor] = link.split('#');
    const target = place === '' ? file : path.resolve(path.dirname(file), decodeURIComponent(place.split('?')[0]));
    if (!existsSync(target) || statSync(target).isDirectory()) {
      problems.add(`${page}: there is no ${link}`);
      continue;
    }
    if (anchor === undefined || anchor === '' || !target.endsWith('.html')) continue;
    if (!ids.has(target)) ids.set(target, idsOf(textOf(target)));
    if (!ids.get(target).has(decodeURIComponent(anchor))) problems.add(`${page}: there is no anchor ${link}`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`${links} links on ${pages.length} pages, ${problems.size} broken`);
process.exitCode = problems.size > 0 || links === 0 ? 1 : 0;
