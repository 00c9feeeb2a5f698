import type { Command } from 'commander';

/** Adds `trainer CONFIG` to the `azit sandbox` command. */
export function registerTrainerCommand(parent: Command): void {
  parent
    .command('trainer')
    .description("train a LoRA on the CPU from a job config of ai-toolkit, with the output of ai-toolkit's run.py")
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
