import type { Command } from 'commander';

/** Adds `trainer CONFIG` to the `azit sandbox` command. */
export function registerTrainerCommand(parent: Command): void {
  parent
    .command('trainer')
    .description("train a LoRA with the sandbox engine; takes ai-toolkit's job config and keeps its run contract")
    .argument('<config>', 'job config, JSON or YAML')
    .action(async (config: string) => {
      const { runTrainer } = await import('./job.js');
      const stop = new AbortController();
      // SIGTERM has no handler on purpose: ai-toolkit dies of it at once, without a save.
      process.once('SIGINT', () => stop.abort());
      const { stdout, stderr } = process;
      process.exitCode = await runTrainer(config, { stdout, stderr, signal: stop.signal });
    });
}
