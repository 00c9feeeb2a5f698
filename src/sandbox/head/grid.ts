/** Grids of rows x columns vertices, and the triangles between them. All meshes are grids: topology is made once. */
export interface Grid {
  rows: number;
  columns: number;
  /** Index of the grid's first vertex in the shared vertex arrays. */
  first: number;
  surface: Surface;
  /** Both sides are drawn (thin shells); otherwise triangles seen from behind are dropped. */
  twoSided: boolean;
}

export type Surface = 1 | 2 | 3;
export const HEAD: Surface = 1;
export const HAIR: Surface = 2;
export const BODY: Surface = 3;

/**
 * Vertices of all grids of one drawing. `rest` is the position in head units before the view turns it, `place` the
 * position after; `normal` is in view space; `mark` holds two surface coordinates for paint.
 */
export class Vertices {
  readonly rest: Float32Array;
  readonly place: Float32Array;
  readonly normal: Float32Array;
  readonly mark: Float32Array;
  readonly screen: Float32Array;

  constructor(readonly count: number) {
    this.rest = new Float32Array(count * 3);
    this.place = new Float32Array(count * 3);
    this.normal = new Float32Array(count * 3);
    this.mark = new Float32Array(count * 2);
    this.screen = new Float32Array(count * 2);
  }
}

/** Triangles of a grid as vertex index triples, counter-clockwise seen from outside. */
export function gridTriangles(grid: Grid, into: Int32Array, offset: number): number {
  const { rows, columns, first } = grid;
  let at = offset;
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++) {
      const a = first + row * columns + column;
      into.set([a, a + columns, a + 1, a + 1, a + columns, a + columns + 1], at);
      at += 6;
    }
  }
  return at;
}

export function triangleCount({ rows, columns }: Grid): number {
  return (rows - 1) * (columns - 1) * 2;
}

/** Normals by central differences over the grid; columns wrap around where the grid is closed. */
export function gridNormals(grid: Grid, vertices: Vertices): void {
  const { rows, columns, first } = grid;
  const { place, normal } = vertices;
  for (let row = 0; row < rows; row++) {
    const up = (row === 0 ? 0 : -1) * columns * 3;
    const down = (row === rows - 1 ? 0 : 1) * columns * 3;
    for (let column = 0; column < columns; column++) {
      const k = (first + row * columns + column) * 3;
      const left = k + (column === 0 ? columns - 2 : -1) * 3;
      const right = k + (column === columns - 1 ? -(columns - 2) : 1) * 3;
      const ux = place[right] - place[left];
      const uy = place[right + 1] - place[left + 1];
      const uz = place[right + 2] - place[left + 2];
      const vx = place[k + up] - place[k + down];
      const vy = place[k + up + 1] - place[k + down + 1];
      const vz = place[k + up + 2] - place[k + down + 2];
      const x = uy * vz - uz * vy;
      const y = uz * vx - ux * vz;
      const z = ux * vy - uy * vx;
      const scale = 1 / (Math.sqrt(x * x + y * y + z * z) || 1);
      normal[k] = x * scale;
      normal[k + 1] = y * scale;
      normal[k + 2] = z * scale;
    }
  }
}
