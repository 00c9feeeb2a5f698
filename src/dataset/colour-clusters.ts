/** Three numbers that are compared by their distance: a colour in CIELAB, or a light. */
export type Point = readonly [number, number, number];

/** sRGB, 0 to 255, in CIELAB (D65): equal distances look about equally different. */
export function labOf([red, green, blue]: readonly [number, number, number]): Point {
  const [r, g, b] = [red, green, blue].map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [x, y, z] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
  ].map((value) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** Indices of the points that lie within `radius` of the point with the most of them around it. */
export function largestCluster(points: readonly Point[], radius: number): number[] {
  let best: number[] = [];
  for (const centre of points) {
    const near = points.flatMap((point, index) => (distance(centre, point) <= radius ? [index] : []));
    if (near.length > best.length) best = near;
  }
  return best;
}

const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
