import { byId } from './dom.js';
import { short } from './words.js';

const [width, height, margin] = [600, 120, 6];

interface Point {
  readonly loss: number;
  /** Which line it belongs to: every level of every run has its own. */
  readonly line: string;
}

/** The loss of each step, on a logarithmic scale. Losses of different sizes cannot be compared: each has a line of its own. */
export function lossCurve() {
  const figure = byId('curve', HTMLElement);
  const svg = figure.querySelector('svg')!;
  const caption = figure.querySelector('figcaption')!;
  let points: Point[] = [];
  let steps = 1;
  let run = 0;

  function lines(): string[] {
    const logs = points.map(({ loss }) => Math.log(Math.max(loss, 1e-12)));
    const [low, high] = [Math.min(...logs), Math.max(...logs)];
    const x = (i: number): number => margin + (i / Math.max(1, steps - 1)) * (width - 2 * margin);
    const y = (value: number): number => margin + ((high - value) / (high - low || 1)) * (height - 2 * margin);
    const found = new Map<string, string[]>();
    points.forEach(({ line: name }, i) => {
      const line = found.get(name) ?? [];
      line.push(`${x(i).toFixed(1)},${y(logs[i]!).toFixed(1)}`);
      found.set(name, line);
    });
    return [...found.values()].map((line) => line.join(' '));
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
      run += 1;
      // Nothing to see before the first step.
      figure.hidden = points.length === 0;
    },
    /** A step of a run that will have `left` more. */
    add(loss: number, level: number, left: number): void {
      points.push({ loss, line: `${run}.${level}` });
      steps = points.length + left;
      figure.hidden = false;
      draw();
    },
    hide(): void {
      points = [];
      figure.hidden = true;
    },
  };
}
