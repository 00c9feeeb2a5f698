import { Option, type Command } from 'commander';
import type { Freshness } from '../run/fresh.js';
import type { ExportCommandOptions } from './export.js';
import { freshOption, wholeNumber } from './option-values.js';
import type { RunOptions } from './run.js';

/** Commands that start, follow and report runs. */
export function registerRunCommands(program: Command): void {
  program
    .command('run')
    .description('start or resume a run, show its progress, write its report and LoRA')
    .argument('<file>', 'project file, e.g. azit.yaml')
    .option('--id <id>', "the run's id (default: derived from the name and content of the project)")
    .option('--out <dir>', 'folder of the report (default: azit-report-ID); azit-lora-ID goes beside it')
    .addOption(freshOption())
    .option('--wait', 'when the run waits for a person, stay until somebody decides, for example in the studio')
    .option('--no-studio', "don't serve the studio during the run (or set AZIT_STUDIO=off)")
    .option('--json', 'print the result as JSON')
    .action(async (file: string, options: RunOptions) => {
      const { runCommand } = await import('./run.js');
      process.exitCode = await runCommand(file, options);
    });
  program
    .command('start')
    .description('start a run and return')
    .argument('<file>', 'project file')
    .option('--id <id>', "the run's id (default: derived from the name and content of the project)")
    .addOption(freshOption())
    .option('--json', 'print the run as JSON')
    .action(async (file: string, options: { id?: string; fresh?: Freshness; json?: boolean }) => {
      const { startCommand } = await import('./start.js');
      process.exitCode = await startCommand(file, options);
    });
  program
    .command('train-on')
    .description('train the rest of a training that ended early, in a new run ID-on that reuses what is done')
    .argument('<id>', 'the id of the run whose training stopped')
    .option('--out <dir>', 'folder of the report (default: azit-report-ID-on)')
    .option('--json', 'print the result as JSON')
    .action(async (id: string, options: { out?: string; json?: boolean }) => {
      const { derivedRunCommand } = await import('./run.js');
      process.exitCode = await derivedRunCommand(id, (run) => run.trainOn(), options);
    });
  program
    .command('more-seeds')
    .description('render more images per checkpoint, in a new run ID-seeds-N that reuses what is done')
    .argument('<id>', "the run's id")
    .requiredOption('--seeds <number>', 'seeds for each prompt, more than the run has, at most 32', wholeNumber)
    .option('--out <dir>', 'folder of the report (default: azit-report-ID-seeds-N)')
    .option('--json', 'print the result as JSON')
    .action(async (id: string, { seeds, ...options }: { seeds: number; out?: string; json?: boolean }) => {
      const { derivedRunCommand } = await import('./run.js');
      process.exitCode = await derivedRunCommand(id, (run) => run.moreSeeds(seeds), options);
    });
  program
    .command('status')
    .description('show a run, or list all runs')
    .argument('[id]', "the run's id")
    .option('--json', 'print as JSON')
    .action(async (id: string | undefined, options: { json?: boolean }) => {
      const { statusCommand } = await import('./status.js');
      process.exitCode = await statusCommand(id, options);
    });
  program
    .command('watch')
    .description('follow a run until it ends or needs you; starts workers if none are running')
    .argument('<id>', "the run's id")
    .option('--json', 'print each change as a line of JSON')
    .action(async (id: string, options: { json?: boolean }) => {
      const { watchCommand } = await import('./watch.js');
      process.exitCode = await watchCommand(id, options);
    });
  program
    .command('report')
    .description('write the report folder of a run, finished or not')
    .argument('<id>', "the run's id")
    .option('--out <dir>', 'the folder to write (default: azit-report-ID)')
    .option('--keep-metadata', 'keep the metadata that ComfyUI wrote into the images: prompts, graphs, file names')
    .option('--json', 'print the paths as JSON')
    .action(async (id: string, options: { out?: string; keepMetadata?: boolean; json?: boolean }) => {
      const { reportCommand } = await import('./report.js');
      process.exitCode = await reportCommand(id, options);
    });
  program
    .command('export')
    .description("export a run's LoRA (weights, preview, model card, evidence), even during training")
    .argument('<id>', "the run's id")
    .option('--step <step>', 'a saved checkpoint (default: the chosen one; before the choice, the latest)', wholeNumber)
    .option('--all', 'every saved checkpoint')
    .option('--out <dir>', 'the folder to write (default: azit-lora-ID)')
    .option('--to <loras-dir>', "also copy LoRA and preview to this folder, ComfyUI's models/loras")
    .addOption(
      new Option(
        '--format <format>',
        'rename the tensors to this format; refused where that would not be exact',
      ).choices(['diffusers', 'kohya']),
    )
    .option('--json', 'print the result as JSON')
    .action(async (id: string, options: ExportCommandOptions) => {
      const { exportCommand } = await import('./export.js');
      process.exitCode = await exportCommand(id, options);
    });
  program
    .command('verify')
    .description("check a report folder: its structure and each image's sha256")
    .argument('<dir>', 'report folder')
    .option('--json', 'print as JSON')
    .action(async (directory: string, options: { json?: boolean }) => {
      const { verifyCommand } = await import('./verify.js');
      process.exitCode = await verifyCommand(directory, options);
    });
}
