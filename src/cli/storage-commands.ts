import { InvalidArgumentError, Option, type Command } from 'commander';

/** Commands about several runs, and what they keep in the artifact store. */
export function registerStorageCommands(program: Command): void {
  program
    .command('list')
    .description('list all runs')
    .option('--disk', 'show how much of the artifact store only this run needs, and how much it shares')
    .option('--json', 'print as JSON')
    .action(async (options: { disk?: boolean; json?: boolean }) => {
      const { listCommand } = await import('./list.js');
      process.exitCode = await listCommand(options);
    });
  program
    .command('compare')
    .description(
      'show what differs between runs: their projects, curves and strips side by side, each against the first',
    )
    .argument('<id...>', 'the ids of two or more runs')
    .option('--out <dir>', 'the folder to write (default: azit-compare-ID-ID)')
    .option('--json', 'print the comparison as JSON')
    .action(async (ids: string[], options: { out?: string; json?: boolean }) => {
      const { compareCommand } = await import('./compare.js');
      process.exitCode = await compareCommand(ids, options);
    });
  program
    .command('remove')
    .description('remove a run that has ended, and everything that only it needs')
    .argument('<id>', "the run's id")
    .option('--dry-run', 'only show how much would be freed')
    .option('--force', 'also remove a run that another Temporal server started and whose end is not recorded')
    .option('--json', 'print the result as JSON')
    .action(async (id: string, options: { dryRun?: boolean; force?: boolean; json?: boolean }) => {
      const { removeCommand } = await import('./remove.js');
      process.exitCode = await removeCommand(id, options);
    });
  program
    .command('prune')
    .description('remove from the artifact store what no run needs')
    .option('--older-than <time>', 'also remove the runs that ended longer ago than this: 12h, 30d, 4w', time)
    .addOption(
      new Option(
        '--keep <what>',
        'do not remove these runs (without --older-than: all ended runs), but cut them down to report and chosen checkpoint',
      ).choices(['chosen']),
    )
    .option('--dry-run', 'only show what would be removed')
    .option('--json', 'print the result as JSON')
    .action(async (options: { olderThan?: number; keep?: 'chosen'; dryRun?: boolean; json?: boolean }) => {
      const { pruneCommand } = await import('./prune.js');
      process.exitCode = await pruneCommand(options);
    });
}

const unitsMs: Record<string, number> = { h: 60 * 60_000, d: 24 * 60 * 60_000, w: 7 * 24 * 60 * 60_000 };

/** @returns milliseconds */
function time(text: string): number {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError(`'${text}' is not a time: give hours, days or weeks, as in 30d.`);
  return Number(count) * unitsMs[unit];
}
