import { InvalidArgumentError, Option } from 'commander';
import { freshStages, type Freshness } from '../run/fresh.js';

export function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`'${text}' is not a whole number.`);
  return Number(text);
}

export function decimalNumber(text: string): number {
  if (!/^-?\d{1,3}(\.\d{1,9})?$/.test(text)) throw new InvalidArgumentError(`'${text}' is not a number.`);
  return Number(text);
}

/** Without a stage it is `all`; only `=` gives one, since the word behind it is the project file. */
export const freshOption = (): Option =>
  new Option(
    '--fresh [stage]',
    `do everything again instead of reusing earlier runs; with --fresh=STAGE only one of ${Object.keys(freshStages).slice(1).join(', ')}`,
  ).argParser((name: string): Freshness => {
    const stage = Object.hasOwn(freshStages, name) ? freshStages[name] : undefined;
    if (!stage) throw new InvalidArgumentError(`Choose one of ${Object.keys(freshStages).join(', ')}.`);
    return stage;
  });

/** commander would take the next word for the stage. */
export const withFreshAll = (argv: readonly string[]): string[] =>
  argv.map((word) => (word === '--fresh' ? '--fresh=all' : word));
