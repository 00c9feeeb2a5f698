import type { Command } from 'commander';

/** Commands about what runs keep in the artifact store. */
export function registerStorageCommands(program: Command): void {
  program
    .command('list')
    .description('list all runs')
    .option('--disk', 'show how much of the artifact store each run holds alone, and how much it shares')
    .option('--json', 'print as JSON')
    .action(async (options: { disk?: boolean; json?: boolean }) => {
      const { listCommand } = await import('./list.js');
      process.exitCode = await listCommand(options);
    });
  program
    .command('remove')
    .description('remove a run that has ended, with all that no other run needs')
    .argument('<id>', "the run's id")
    .option('--dry-run', 'only say how much would be freed')
    .option('--json', 'print the result as JSON')
    .action(async (id: string, options: { dryRun?: boolean; json?: boolean }) => {
      const { removeCommand } = await import('./remove.js');
      process.exitCode = await removeCommand(id, options);
    });
}
