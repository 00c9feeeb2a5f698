/** Solves `matrix` x = each column of `right` (one row an equation) for a symmetric positive matrix. */
export function choleskySolve(matrix: readonly Float64Array[], right: readonly Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const lower = choleskyFactor(matrix);
  const out = right.map((row) => Float64Array.from(row));
  const columns = out[0]?.length ?? 0;
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) subtract(out[i], out[k], lower[i][k], columns);
    scale(out[i], 1 / lower[i][i], columns);
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) subtract(out[i], out[k], lower[k][i], columns);
    scale(out[i], 1 / lower[i][i], columns);
  }
  return out;
}

/** The lower factor of a symmetric positive matrix, of which the lower half is read. */
export function choleskyFactor(matrix: readonly Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const lower = Array.from({ length: size }, () => new Float64Array(size));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j];
      const [a, b] = [lower[i], lower[j]];
      for (let k = 0; k < j; k++) sum -= a[k] * b[k];
      // Rounding can bring a nearly dependent row below zero: it then gets no say instead of a NaN.
      lower[i][j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / lower[j][j];
    }
  }
  return lower;
}

/** Solves for one right side with a factor at hand. */
export function solveWith(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = lower.length;
  const out = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) out[i] -= lower[i][k] * out[k];
    out[i] /= lower[i][i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) out[i] -= lower[k][i] * out[k];
    out[i] /= lower[i][i];
  }
  return out;
}

function subtract(from: Float64Array, row: Float64Array, by: number, length: number): void {
  for (let c = 0; c < length; c++) from[c] -= by * row[c];
}

function scale(row: Float64Array, by: number, length: number): void {
  for (let c = 0; c < length; c++) row[c] *= by;
}
