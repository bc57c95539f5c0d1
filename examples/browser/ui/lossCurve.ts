import { byId } from './dom.js';
import { short } from './words.js';

const [width, height, margin] = [600, 120, 6];

interface Point {
  readonly loss: number;
  readonly level: number;
}

/** The loss of each step, on a logarithmic scale. Losses of different sizes cannot be compared: each has a line of its own. */
export function lossCurve() {
  const figure = byId('curve', HTMLElement);
  const svg = figure.querySelector('svg')!;
  const caption = figure.querySelector('figcaption')!;
  let points: Point[] = [];
  let steps = 1;

  function lines(): string[] {
    const logs = points.map(({ loss }) => Math.log(Math.max(loss, 1e-12)));
    const [low, high] = [Math.min(...logs), Math.max(...logs)];
    const x = (i: number): number => margin + (i / Math.max(1, steps - 1)) * (width - 2 * margin);
    const y = (value: number): number => margin + ((high - value) / (high - low || 1)) * (height - 2 * margin);
    const byLevel = new Map<number, string[]>();
    points.forEach(({ level }, i) => {
      const line = byLevel.get(level) ?? [];
      line.push(`${x(i).toFixed(1)},${y(logs[i]!).toFixed(1)}`);
      byLevel.set(level, line);
    });
    return [...byLevel.values()].map((line) => line.join(' '));
  }

  function draw(): void {
    const shapes = lines().map((line) => {
      const shape = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
      shape.setAttribute('points', line);
      return shape;
    });
    svg.replaceChildren(...shapes);
    const [first, last] = [points[0], points.at(-1)];
    const text =
      first === undefined || last === undefined
        ? 'Loss'
        : `Loss ${short(last.loss)} after ${points.length} steps, ${short(first.loss)} at the first`;
    caption.textContent = text;
    svg.setAttribute('aria-label', text);
  }

  return {
    /** Begins anew, or goes on behind what is there. */
    begin(goOn: boolean): void {
      if (!goOn) points = [];
      steps = 1;
      figure.hidden = false;
      draw();
    },
    /** A step of a run that will have `left` more. */
    add(loss: number, level: number, left: number): void {
      points.push({ loss, level });
      steps = points.length + left;
      draw();
    },
    hide(): void {
      figure.hidden = true;
    },
  };
}
