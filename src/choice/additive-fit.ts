import type { Row } from './sweep-grid.js';

/** Far more than a sweep with gaps needs to settle to a millionth. */
const mostIterations = 200;
const settled = 1e-8;

export interface AdditiveFit {
  /** Of each row, as if every row had all cells; NaN for an empty row. */
  means: number[];
  /** Values in each row. */
  counts: number[];
  /** What each cell (prompt and seed) adds to all rows; they sum to 0. Null for a cell without a value. */
  cells: (number | null)[];
  /** Of a single value, once row and cell are taken out; 0 where `degrees` is 0. */
  variance: number;
  /** Degrees of freedom of `variance`. */
  degrees: number;
}

/**
 * Least squares of value = row + cell: the two-way layout without interaction (Scheffe, The Analysis of Variance, 1959,
 * chapter 4). With gaps, plain means of rows compare different prompts; these do not. Alternates between rows and cells
 * until both stand still.
 */
export function fitAdditive(rows: readonly Row[]): AdditiveFit {
  const columns = rows[0]?.length ?? 0;
  const cells = Array<number>(columns).fill(0);
  const filled = Array.from({ length: columns }, (_, cell) => rows.some((row) => row[cell] !== null));
  let means: number[] = [];
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const next = rows.map((row) => meanOver(row, (cell) => cells[cell]));
    const moved = next.reduce((most, value, row) => Math.max(most, Math.abs(value - means[row]) || 0), 0);
    const first = means.length === 0;
    means = next;
    for (let cell = 0; cell < columns; cell++) cells[cell] = filled[cell] ? meanOfColumn(rows, cell, means) : 0;
    centre(cells, filled);
    if (!first && moved < settled) break;
  }
  const counts = rows.map((row) => row.filter((value) => value !== null).length);
  const values = counts.reduce((sum, count) => sum + count, 0);
  const parameters = counts.filter((count) => count > 0).length + filled.filter(Boolean).length - 1;
  const degrees = Math.max(0, values - parameters);
  const residual = (value: number | null, row: number, cell: number) =>
    value === null ? 0 : (value - means[row] - cells[cell]) ** 2;
  const squares = rows.reduce(
    (sum, row, at) => row.reduce<number>((s, value, c) => s + residual(value, at, c), sum),
    0,
  );
  return {
    means,
    counts,
    cells: cells.map((value, cell) => (filled[cell] ? value : null)),
    variance: degrees > 0 ? squares / degrees : 0,
    degrees,
  };
}

function meanOver(row: Row, offset: (cell: number) => number): number {
  let [sum, count] = [0, 0];
  for (const [cell, value] of row.entries())
    if (value !== null) {
      sum += value - offset(cell);
      count++;
    }
  return count === 0 ? NaN : sum / count;
}

function meanOfColumn(rows: readonly Row[], cell: number, means: readonly number[]): number {
  let [sum, count] = [0, 0];
  for (const [row, values] of rows.entries()) {
    const value = values[cell];
    if (value === null) continue;
    sum += value - means[row];
    count++;
  }
  return sum / count;
}

function centre(cells: number[], filled: readonly boolean[]): void {
  const used = cells.filter((_, cell) => filled[cell]);
  const middle = used.reduce((sum, value) => sum + value, 0) / Math.max(1, used.length);
  for (const cell of cells.keys()) if (filled[cell]) cells[cell] -= middle;
}
