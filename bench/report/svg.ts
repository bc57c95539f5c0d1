import type { Plot, Series } from '../types.js';

/* Line plots with logarithmic axes as SVG text: no library, no fonts, readable in light and dark. */

const width = 720;
const height = 420;
const area = { left: 72, right: 500, top: 48, bottom: 364 };
/** Distinguishable on white and on near-black, also for people who confuse red and green (Okabe and Ito's, a little darker). */
const colors = ['#0072b2', '#d55e00', '#009e73', '#a65a8a', '#b58900', '#3a9bdc'];
const dashes = ['', '7 4', '2 4', '10 3 2 3'];

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const fixed = (value: number): string => String(Number(value.toFixed(1)));

/** Numbers to write at an axis: 1, 2 and 5 times powers of ten in the range; only powers of ten where that is too many. */
export function ticks(min: number, max: number): number[] {
  const [from, to] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  const decades = Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
  const inside = (value: number): boolean => value >= min * 0.999 && value <= max * 1.001;
  const fine = decades.flatMap((decade) => [1, 2, 5].map((factor) => factor * decade)).filter(inside);
  return fine.length <= 9 ? fine : decades.filter(inside);
}

const written = (value: number): string =>
  value >= 1e5 || value < 1e-3 ? value.toExponential(0).replace('e+', 'e') : String(Number(value.toPrecision(3)));

interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

function axis(values: readonly number[], from: number, to: number, marks?: readonly number[]): Axis {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  // A little room at both ends, in the logarithm.
  const room = (most / least) ** 0.05 * 1.02;
  const [min, max] = [least / room, most * room];
  const at = (value: number): number => from + (Math.log(value / min) / Math.log(max / min)) * (to - from);
  return { at, ticks: marks ?? ticks(min, max) };
}

function curve({ points }: Series, i: number, x: Axis, y: Axis): string {
  const color = colors[i % colors.length]!;
  const dash = dashes[Math.floor(i / colors.length) % dashes.length]!;
  const places = points.map(([px, py]) => [fixed(x.at(px)), fixed(y.at(py))] as const);
  const line = `<polyline points="${places.map((place) => place.join(',')).join(' ')}" fill="none" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"/>`;
  const dots =
    points.length > 12 ? [] : places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3.5" fill="${color}"/>`);
  return [line, ...dots].join('\n');
}

/** Names beside the ends of the curves, moved apart where they would lie on each other. */
function names(series: readonly Series[], y: Axis): string {
  const order = series
    .map(({ name, points }, i) => ({ name, i, at: y.at(points.at(-1)![1]) }))
    .sort((a, b) => a.at - b.at);
  let last = -Infinity;
  const placed = order.map((one) => ({ ...one, at: (last = Math.max(one.at, last + 18)) }));
  const over = Math.max(0, (placed.at(-1)?.at ?? 0) - area.bottom);
  return placed
    .map(({ name, i, at }) => {
      const top = fixed(at - over + 4);
      const color = colors[i % colors.length]!;
      return `<circle cx="${area.right + 16}" cy="${fixed(at - over)}" r="4" fill="${color}"/><text x="${area.right + 26}" y="${top}">${escaped(name)}</text>`;
    })
    .join('\n');
}

/** A plot as a file. It has a ground of its own, so that it can be read on a page of either colour. */
export function svg({ title, x: xName, y: yName, series }: Plot): string {
  const all = series.flatMap(({ points }) => points);
  const few = [...new Set(all.map(([value]) => value))].sort((a, b) => a - b);
  const x = axis(
    all.map(([value]) => value),
    area.left,
    area.right,
    few.length <= 6 ? few : undefined,
  );
  const y = axis(
    all.map(([, value]) => value),
    area.bottom,
    area.top,
  );
  const grid = [
    ...x.ticks.map((value) => {
      const at = fixed(x.at(value));
      return `<line x1="${at}" y1="${area.top}" x2="${at}" y2="${area.bottom}"/><text x="${at}" y="${area.bottom + 18}" text-anchor="middle">${written(value)}</text>`;
    }),
    ...y.ticks.map((value) => {
      const at = y.at(value);
      return `<line x1="${area.left}" y1="${fixed(at)}" x2="${area.right}" y2="${fixed(at)}"/><text x="${area.left - 8}" y="${fixed(at + 4)}" text-anchor="end">${written(value)}</text>`;
    }),
  ];
  const middle = (area.left + area.right) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img" aria-label="${escaped(title)}">
<style>
.ground { fill: #ffffff; } text { fill: #24292f; } line { stroke: #d0d7de; stroke-width: 1; }
@media (prefers-color-scheme: dark) { .ground { fill: #161b22; } text { fill: #e6edf3; } line { stroke: #3d444d; } }
</style>
<rect class="ground" width="${width}" height="${height}" rx="8"/>
<text x="${area.left}" y="28" font-size="15" font-weight="600">${escaped(title)}</text>
${grid.join('\n')}
<text x="${middle}" y="${height - 14}" text-anchor="middle">${escaped(xName)}</text>
<text transform="translate(18 ${(area.top + area.bottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(yName)}</text>
${series.map((one, i) => curve(one, i, x, y)).join('\n')}
${names(series, y)}
</svg>
`;
}
