import type { AdditiveFit } from './additive-fit.js';
import type { Row } from './sweep-grid.js';

/** Estimates up to this many standard errors above 0 are taken for 0. */
const leastErrors = 1.5;

/**
 * Does a checkpoint take one prompt better than another, whatever the seed? Then the images of a prompt are no separate
 * witnesses. Looks at the correlation of two seeds of one prompt at the same checkpoint, once checkpoint, prompt and seed
 * are taken out (the design effect of Kish, Survey Sampling, 1965, section 5.4).
 * @param prompts of each column
 */
export function promptsMoveTogether(rows: readonly Row[], prompts: readonly string[], fit: AdditiveFit): boolean {
  const { means, cells, variance } = fit;
  const residuals = prompts.map((_, at) =>
    rows.map((row, step) => {
      const [value, cell] = [row[at], cells[at]];
      return value === null || cell === null ? null : value - means[step] - cell;
    }),
  );
  const siblings = residuals.flatMap((column, at) =>
    residuals.slice(0, at).flatMap((other, before) => (prompts[before] === prompts[at] ? pairsAt(column, other) : [])),
  );
  if (siblings.length === 0 || variance <= 0) return false;
  const sum = siblings.reduce((total, [first, second]) => total + first * second, 0);
  // Residuals around an estimated mean are a little too far apart.
  const correlation = sum / siblings.length / variance + 1 / Math.max(2, prompts.length);
  return correlation > leastErrors / Math.sqrt(siblings.length);
}

function pairsAt(first: readonly (number | null)[], second: readonly (number | null)[]): [number, number][] {
  return first.flatMap((value, at): [number, number][] => {
    const other = second[at];
    return value === null || other === null ? [] : [[value, other]];
  });
}
