/** A shape by its signed distance: negative inside, in units. */
export interface Shape {
  distance(x: number, y: number): number;
  /** `[left, top, right, bottom]`, outside which the distance is positive. */
  readonly bounds: readonly [number, number, number, number];
}

export type Point = readonly [number, number];

export const circle = (cx: number, cy: number, radius: number): Shape => ({
  distance: (x, y) => Math.hypot(x - cx, y - cy) - radius,
  bounds: [cx - radius, cy - radius, cx + radius, cy + radius],
});

/** An ellipse; the distance is exact at the edge to first order. */
export const ellipse = (cx: number, cy: number, rx: number, ry: number): Shape => ({
  distance: (x, y) => {
    const [u, v] = [(x - cx) / rx, (y - cy) / ry];
    const length = Math.hypot(u, v);
    const slope = Math.hypot(u / rx, v / ry);
    return slope === 0 ? -Math.min(rx, ry) : (length * (length - 1)) / slope;
  },
  bounds: [cx - rx, cy - ry, cx + rx, cy + ry],
});

export const box = (left: number, top: number, right: number, bottom: number): Shape => ({
  distance: (x, y) => {
    const [dx, dy] = [Math.max(left - x, x - right), Math.max(top - y, y - bottom)];
    return dx > 0 && dy > 0 ? Math.hypot(dx, dy) : Math.max(dx, dy);
  },
  bounds: [left, top, right, bottom],
});

function distanceToSegment(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** A line with round ends. */
export const line = (a: Point, b: Point, width: number): Shape => ({
  distance: (x, y) => distanceToSegment(x, y, a, b) - width / 2,
  bounds: [
    Math.min(a[0], b[0]) - width / 2,
    Math.min(a[1], b[1]) - width / 2,
    Math.max(a[0], b[0]) + width / 2,
    Math.max(a[1], b[1]) + width / 2,
  ],
});

/** A closed polygon, convex or not. */
export function polygon(...points: readonly Point[]): Shape {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return {
    distance: (x, y) => {
      let nearest = Infinity;
      let inside = false;
      for (let i = 0; i < points.length; i++) {
        const a = points[i]!;
        const b = points[(i + 1) % points.length]!;
        nearest = Math.min(nearest, distanceToSegment(x, y, a, b));
        if (a[1] > y !== b[1] > y && x < a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0])) inside = !inside;
      }
      return inside ? -nearest : nearest;
    },
    bounds: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
  };
}

/** All that lies below the curve `y = top(x)`: hills. The distance is the vertical one. */
export const below = (top: (x: number) => number, left: number, right: number, bottom: number): Shape => ({
  distance: (x, y) => Math.max(top(x) - y, left - x, x - right, y - bottom),
  bounds: [left, 0, right, bottom],
});

/** What is in the first shape and not in the second. */
export const without = (shape: Shape, hole: Shape): Shape => ({
  distance: (x, y) => Math.max(shape.distance(x, y), -hole.distance(x, y)),
  bounds: shape.bounds,
});
