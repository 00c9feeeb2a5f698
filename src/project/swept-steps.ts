/** The words that stand for a list of steps. */
export const sweptStepsWords = /^(?:all|every [1-9]\d{0,6}(?: from [1-9]\d{0,6})?)$/;

export const mostSweptSteps = 50;

interface Saves {
  /** Of the training. */
  steps: number;
  saveEvery: number;
}

/** How many of the last saves are compared where the file names no steps. */
export const sweptSaves = 5;

/** `every 400 from 600`: the steps 600, 1000, 1400, ... up to the end of the training; `all`: every save. */
export function stepsInWords(words: string, { saveEvery }: Saves): { every: number; from: number } {
  const [, n, m] = /^every (\d+)(?: from (\d+))?$/.exec(words) ?? [];
  const every = n === undefined ? saveEvery : Number(n);
  return { every, from: m === undefined ? every : Number(m) };
}

/** The steps that the file asks for, ascending. */
export function sweptSteps(asked: number[] | string | undefined, training: Saves): number[] {
  if (asked === undefined) return lastSaves(training);
  if (typeof asked !== 'string') return asked.toSorted((a, b) => a - b);
  const { every, from } = stepsInWords(asked, training);
  const count = Math.max(0, Math.floor((training.steps - from) / every) + 1);
  return Array.from({ length: count }, (_, index) => from + index * every);
}

/** The last five saves, ascending: 2200, 2400, 2600, 2800, 3000 for 3000 steps saved every 200. */
export function lastSaves({ steps, saveEvery }: Saves): number[] {
  const last = Math.floor(steps / saveEvery);
  const first = Math.max(1, last - sweptSaves + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * saveEvery);
}
