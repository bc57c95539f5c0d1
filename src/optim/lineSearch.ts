/** The objective along a direction: its value and slope after `step` times the direction. */
export interface Point {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

/** A line search asks for the point at `step`; of the earlier ones only the one at `keep` can still be accepted (0: none). */
export interface Request {
  readonly step: number;
  readonly keep: number;
}

/** Pure numbers: yields requests, is sent points, returns the accepted one or `undefined` if there is none. */
export type LineSearch = Generator<Request, Point | undefined, Point>;

export interface LineSearchLimits {
  readonly c1: number;
  readonly c2: number;
  /** Evaluations, the first included. */
  readonly evaluations: number;
  /** A bracket of this width is not searched further. */
  readonly width: number;
}

const maxShrinks = 6;
const shrinkFactor = 0.1;
/** Half a unit in the last place of a float32: a smaller relative change of the loss cannot be seen. */
const resolution = 2 ** -24;

export const isFinitePoint = ({ value, slope }: Point): boolean => Number.isFinite(value) && Number.isFinite(slope);

/** Minimum in `min..max` of the cubic through two points with their slopes; the middle where there is none. */
export function cubicMinimum(a: Point, b: Point, min: number, max: number): number {
  const [left, right] = a.step <= b.step ? [a, b] : [b, a];
  const chord = left.slope + right.slope - (3 * (left.value - right.value)) / (left.step - right.step);
  const root = Math.sqrt(chord ** 2 - left.slope * right.slope);
  const fraction = (right.slope + root - chord) / (right.slope - left.slope + 2 * root);
  const step = right.step - (right.step - left.step) * fraction;
  return Number.isNaN(step) ? (min + max) / 2 : Math.min(Math.max(step, min), max);
}

/**
 * A step that satisfies the strong Wolfe conditions, `f <= f0 + c1 t f0'` and `|f'| <= -c2 f0'` (Nocedal and Wright,
 * Algorithms 3.5 and 3.6, with the safeguards of torch's `_strong_wolfe`); if the evaluations run out, the lowest point of
 * sufficient decrease.
 *
 * Differs from both where the objective is not finite: steps shrink tenfold until it is, and the first point of sufficient
 * decrease is then accepted, so that the search does not walk back into the wall.
 */
export function* strongWolfe(origin: Point, first: Point, limits: LineSearchLimits): LineSearch {
  const { c1, c2, width } = limits;
  const decreases = (p: Point): boolean => p.value <= origin.value + c1 * p.step * origin.slope;
  const flat = (p: Point): boolean => Math.abs(p.slope) <= -c2 * origin.slope;
  let left = limits.evaluations - 1;
  let recovering = false;

  // Expand until the minimum is bracketed.
  let previous = origin;
  let newest = first;
  for (let shrinks = 0; ;) {
    if (!isFinitePoint(newest)) {
      if (previous !== origin) return previous;
      if (shrinks === maxShrinks || left === 0) return undefined;
      recovering = true;
      shrinks += 1;
      left -= 1;
      newest = yield { step: newest.step * shrinkFactor, keep: 0 };
      continue;
    }
    if (!decreases(newest) || (previous !== origin && newest.value >= previous.value)) break;
    if (recovering || flat(newest)) return newest;
    if (newest.slope >= 0) break;
    if (left === 0) return newest;
    left -= 1;
    const nearest = newest.step + 0.01 * (newest.step - previous.step);
    const step = cubicMinimum(previous, newest, nearest, 10 * newest.step);
    previous = newest;
    newest = yield { step, keep: previous.step };
  }

  // Shrink the bracket; `low` is its better end: of sufficient decrease, or the origin.
  let [low, high] = decreases(newest) && newest.value < previous.value ? [newest, previous] : [previous, newest];
  let stalled = false;
  while (left > 0) {
    const min = Math.min(low.step, high.step);
    const max = Math.max(low.step, high.step);
    if (max - min <= width || -origin.slope * max < resolution * Math.abs(origin.value)) break;
    let step = cubicMinimum(low, high, min, max);
    const margin = 0.1 * (max - min);
    const nearEnd = Math.min(max - step, step - min) < margin;
    if (nearEnd && (stalled || step >= max || step <= min)) {
      step = max - step < step - min ? max - margin : min + margin;
      stalled = false;
    } else {
      stalled = nearEnd;
    }
    left -= 1;
    const trial: Point = yield { step, keep: low.step };
    if (!isFinitePoint(trial)) {
      recovering = true;
      high = { step, value: Infinity, slope: NaN };
    } else if (!decreases(trial) || trial.value >= low.value) {
      high = trial;
    } else {
      if (recovering || flat(trial)) return trial;
      if (trial.slope * (high.step - low.step) >= 0) high = low;
      low = trial;
    }
  }
  return low === origin ? undefined : low;
}

/** Accepts the first finite point, higher or lower: no search, shorter steps where the objective is not finite. */
export function* fixedStep(first: Point, limits: LineSearchLimits): LineSearch {
  let point = first;
  for (let left = Math.min(limits.evaluations - 1, maxShrinks); !isFinitePoint(point); left--) {
    if (left === 0) return undefined;
    point = yield { step: point.step * shrinkFactor, keep: 0 };
  }
  return point;
}
