import { choleskyFactor, solveWith } from './cholesky.js';

/** Every so many values of a column: it is out of focus, so that neighbours say nearly the same. */
const STRIDE = 7;

/** Share of its own weight by which each number is held back: tells apart what one picture shows as one. */
const OWN_WEIGHT = 0.1;
/** Weight that even a number nobody sees has. */
const LEAST_WEIGHT = 3e-7;
/**
 * And for each unit of loss: while much is amiss, what it looks like is mostly not due to brows and lids, but to what
 * bends the Jacobian. Small things wait until the large ones are about right.
 */
const WEIGHT_OF_LOSS = 0.02;

/** Gauss-Newton's matrix of one picture: what moving two numbers together does to its loss. Lower half. */
export function gaussNewton(columns: readonly Float32Array[]): Float64Array[] {
  const scale = (2 * STRIDE) / columns[0].length;
  const thinned = columns.map((column) =>
    Float64Array.from({ length: Math.ceil(column.length / STRIDE) }, (_, i) => column[i * STRIDE]),
  );
  return thinned.map((a, i) => Float64Array.from(thinned.slice(0, i + 1), (b) => scale * product(a, b)));
}

/**
 * The gradient in spreads of each number: how far it is to where this picture wants it (a Levenberg step). The plain
 * gradient of a brow is a thousandth of that of the hair, and each leans on all others.
 */
export function naturalGradient(matrix: readonly Float64Array[], gradient: Float64Array, loss: number): Float64Array {
  const damped = matrix.map((row, i) => {
    const out = Float64Array.from(row);
    out[i] += OWN_WEIGHT * row[i] + LEAST_WEIGHT + WEIGHT_OF_LOSS * loss;
    return out;
  });
  return solveWith(choleskyFactor(damped), gradient);
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
