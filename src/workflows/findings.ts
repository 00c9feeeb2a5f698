import { cut, longest } from '../text/cut.js';

/** A terminal holds no more; all stand in the report. */
const mostTold = 20;

/** What is told of the training images, by who found it: a check made anew replaces what it said before. */
export class Findings {
  readonly #by = new Map<'images' | 'audit', string[]>();

  set(by: 'images' | 'audit', found: readonly string[]): void {
    const more = found.length - mostTold;
    const told = found.slice(0, mostTold).map((text) => cut(text, longest.line));
    this.#by.set(by, more > 0 ? [...told, `${more} more are in the report`] : told);
  }

  get all(): string[] {
    return [...this.#by.values()].flat();
  }
}
