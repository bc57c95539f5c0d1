import { describe, expect, it } from 'vitest';
import { cubicMinimum, fixedStep, strongWolfe, type LineSearch, type Point } from '../../src/optim/lineSearch';

type Curve = (step: number) => { value: number; slope: number };
const limits = { c1: 1e-4, c2: 0.9, evaluations: 25, width: 0 };
const at = (curve: Curve, step: number): Point => ({ step, ...curve(step) });

/** Answers a search from a curve; checks that the result is one that could still be accepted. */
function drive(search: LineSearch, curve: Curve, first: number): { found: Point | undefined; steps: number[] } {
  const steps = [first];
  let known = [first];
  let next = search.next();
  while (!next.done) {
    const { step, keep } = next.value;
    known = [...known.filter((other) => other === keep), step];
    steps.push(step);
    next = search.next(at(curve, step));
  }
  if (next.value !== undefined) expect(known).toContain(next.value.step);
  return { found: next.value, steps };
}

const wolfe = (curve: Curve, first: number, change = {}): ReturnType<typeof drive> =>
  drive(strongWolfe(at(curve, 0), at(curve, first), { ...limits, ...change }), curve, first);

const parabola: Curve = (t) => ({ value: (t - 3) ** 2, slope: 2 * (t - 3) });
/** Moré and Thuente 1994, function 1 (beta 2) and function 2 (beta 0.004). */
const moreThuente1: Curve = (t) => ({ value: -t / (t * t + 2), slope: (t * t - 2) / (t * t + 2) ** 2 });
const moreThuente2: Curve = (t) => ({
  value: (t + 0.004) ** 5 - 2 * (t + 0.004) ** 4,
  slope: 5 * (t + 0.004) ** 4 - 8 * (t + 0.004) ** 3,
});

describe('cubicMinimum', () => {
  it('cubicMinimum(a, b) is the minimum of a cubic, whichever end comes first', () => {
    const cubic: Curve = (t) => ({ value: t ** 3 - 3 * t, slope: 3 * t * t - 3 }); // minimum at 1
    expect(cubicMinimum(at(cubic, 0.2), at(cubic, 4), 0.2, 4)).toBeCloseTo(1, 12);
    expect(cubicMinimum(at(cubic, 4), at(cubic, 0.2), 0.2, 4)).toBeCloseTo(1, 12);
  });

  it('cubicMinimum(a, b, min, max) stays within min..max', () => {
    expect(cubicMinimum(at(parabola, 0), at(parabola, 1), 1.1, 2)).toBe(2);
    expect(cubicMinimum(at(parabola, 0), at(parabola, 5), 4, 5)).toBe(4);
  });

  it('cubicMinimum(a, b, min, max) is the middle where the cubic has no minimum or a value is infinite', () => {
    const steps = { step: 2, value: Infinity, slope: NaN };
    expect(cubicMinimum(at(parabola, 0), steps, 0, 2)).toBe(1);
    const rising: Curve = (t) => ({ value: t ** 3 + t, slope: 3 * t * t + 1 });
    expect(cubicMinimum(at(rising, -1), at(rising, 3), -1, 3)).toBe(1);
  });
});

describe('strongWolfe', () => {
  it.each([
    ['a parabola', parabola],
    ["Moré-Thuente's function 1", moreThuente1],
    ["Moré-Thuente's function 2", moreThuente2],
  ])('strongWolfe(origin, first) satisfies both conditions on %s from steps of 1e-3 to 1e3', (_, curve) => {
    const origin = at(curve, 0);
    for (const first of [1e-3, 1e-1, 1, 10, 1e3]) {
      for (const c2 of [0.9, 0.1]) {
        const { found, steps } = wolfe(curve, first, { c2 });
        expect(found!.value).toBeLessThanOrEqual(origin.value + 1e-4 * found!.step * origin.slope);
        expect(Math.abs(found!.slope)).toBeLessThanOrEqual(-c2 * origin.slope);
        expect(steps.length).toBeLessThanOrEqual(14);
      }
    }
  });

  it('strongWolfe(origin, first) accepts a good first step at once', () => {
    expect(wolfe(parabola, 2).steps).toEqual([2]);
  });

  it('strongWolfe(origin, first) finds nothing where the value only rises', () => {
    const rising: Curve = (t) => ({ value: t, slope: t === 0 ? -1 : 1 });
    const { found, steps } = wolfe(rising, 1);
    expect(found).toBeUndefined();
    expect(steps).toHaveLength(25);
  });

  it('strongWolfe(origin, first, { evaluations }) never asks for more, and then takes the lowest point', () => {
    for (const evaluations of [1, 2, 3]) {
      const { found, steps } = wolfe(moreThuente2, 1e-3, { c2: 1e-3, evaluations });
      expect(steps).toHaveLength(evaluations);
      expect(found!.value).toBe(Math.min(...steps.map((step) => moreThuente2(step).value)));
    }
  });

  it('strongWolfe(origin, first, { width }) leaves a bracket that is narrow enough', () => {
    const rising: Curve = (t) => ({ value: t, slope: t === 0 ? -1 : 1 });
    expect(wolfe(rising, 1, { width: 0.1 }).steps.length).toBeLessThan(wolfe(rising, 1, { width: 1e-3 }).steps.length);
  });

  it('strongWolfe(origin, first) stops where float32 cannot show the decrease', () => {
    const flat: Curve = (t) => ({ value: 1e6 + t, slope: t === 0 ? -1 : 1 });
    expect(wolfe(flat, 1e-3).steps).toHaveLength(1);
  });

  it('strongWolfe(origin, first) shrinks steps tenfold until the value is finite, then takes the first decrease', () => {
    const walled: Curve = (t) => (t > 0.05 ? { value: NaN, slope: NaN } : parabola(t));
    const { found, steps } = wolfe(walled, 1);
    expect(steps.map((step) => step.toPrecision(3))).toEqual(['1.00', '0.100', '0.0100']);
    expect(found!.step).toBe(steps[2]);
  });

  it('strongWolfe(origin, first) gives up after six shrinks', () => {
    const { found, steps } = wolfe(() => ({ value: Infinity, slope: NaN }), 1);
    expect(found).toBeUndefined();
    expect(steps).toHaveLength(7);
  });

  it('strongWolfe(origin, first) falls back to the last good point when expansion runs into a wall', () => {
    const walled: Curve = (t) => (t > 0.5 ? { value: NaN, slope: NaN } : parabola(t));
    const { found } = wolfe(walled, 0.1, { c2: 0.1 });
    expect(found!.step).toBe(0.1);
  });

  it('strongWolfe(origin, first) survives a wall inside the bracket', () => {
    // Finite at 10, far too high; a hole between 1 and 4.
    const holed: Curve = (t) => (t > 1 && t < 9 ? { value: NaN, slope: NaN } : parabola(t));
    const { found } = wolfe(holed, 10, { c2: 0.1 });
    expect(found!.value).toBeLessThan(9);
    expect(found!.step).toBeLessThanOrEqual(1);
  });
});

describe('fixedStep', () => {
  it('fixedStep(first) accepts the first point, even a higher one', () => {
    expect(drive(fixedStep(at(parabola, 9), limits), parabola, 9)).toMatchObject({ found: { step: 9 }, steps: [9] });
  });

  it('fixedStep(first) shrinks until the value is finite, six times at most', () => {
    const walled: Curve = (t) => (t > 0.5 ? { value: NaN, slope: NaN } : parabola(t));
    expect(drive(fixedStep(at(walled, 1), limits), walled, 1).found!.step).toBeCloseTo(0.1);
    const never: Curve = () => ({ value: NaN, slope: 0 });
    expect(drive(fixedStep(at(never, 1), limits), never, 1)).toMatchObject({ found: undefined });
    expect(drive(fixedStep(at(never, 1), limits), never, 1).steps).toHaveLength(7);
  });
});
