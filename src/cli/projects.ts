import type { Command } from 'commander';
import type { EngineOptions } from './doctor.js';
import { say } from './output.js';

interface PlanOptions {
  json?: boolean;
  commercial?: boolean;
  comfyuiDir?: string;
  /** The id of a run. */
  improve?: string;
}

/** Commands about project files and this machine; none of them needs Temporal. */
export function registerProjectCommands(program: Command): void {
  program
    .command('init')
    .description('write a project file to start from')
    .argument('[file]', 'the file to write', 'azit.yaml')
    .action(async (file: string) => {
      const { initCommand } = await import('./init.js');
      process.exitCode = await initCommand(file);
    });
  program
    .command('plan')
    .description('show what a run of a project file would do; starts nothing')
    .argument('<file>', 'project file')
    .option('--commercial', 'refuse a model whose licence forbids selling the results')
    .option('--comfyui-dir <dir>', "ComfyUI's folder, whose tokenizers the trigger and the captions are checked with")
    .option('--improve <id>', 'write a copy of the file that adds images where this run of it is weak, and plan that')
    .option('--json', 'print as JSON')
    .action(async (file: string, { improve, ...options }: PlanOptions) => {
      const { planCommand } = await import('./plan.js');
      const { improvedFile } = await import('./improve.js');
      const planned = improve === undefined ? file : await improvedFile(file, improve);
      if (improve !== undefined) say(`wrote ${planned}`);
      process.exitCode = await planCommand(planned, options);
    });
  program
    .command('schema')
    .description('print a JSON Schema of the project file, for editors')
    .action(async () => {
      const { schemaCommand } = await import('./schema.js');
      process.exitCode = await schemaCommand();
    });
  program
    .command('doctor')
    .description(
      'check this machine: Node, Temporal, face models, artifact store, Python, disk; or the given ComfyUIs and ai-toolkit',
    )
    .option('--comfyui <url...>', 'check these ComfyUIs instead: version, memory, model families that each can serve')
    .option(
      '--header <header...>',
      "a header for each request to ComfyUI, as 'Name: value', or @FILE with one per line",
    )
    .option(
      '--model-file <role=name...>',
      "the server's or trainer's file for a role of a model family, such as sd3.checkpoint=NAME",
    )
    .option('--aitoolkit <dir>', 'check this ai-toolkit instead: version, Python, GPU, base models, disk')
    .option('--python <path>', "ai-toolkit's Python (default: that of its venv, else python3)")
    .option('--gpu <gpu>', 'the GPU to train on, in the format of CUDA_VISIBLE_DEVICES')
    .option(
      '--family <family...>',
      'the model families or editors to check, all of which are to be there (default: any)',
    )
    .option(
      '--project <file>',
      'a project to train: checks its family, trigger, captions, images, GPU memory and disk space',
    )
    .option('--comfyui-dir <dir>', "ComfyUI's folder, whose tokenizers check the project's trigger and captions")
    .option('--work-dir <dir>', "the worker's scratch folder, where checkpoints are written (default: .azit/work)")
    .option('--json', 'print as JSON')
    .action(async (options: EngineOptions) => {
      const { doctorCommand, doctorOfEngines } = await import('./doctor.js');
      const isEngine = options.comfyui !== undefined || options.aitoolkit !== undefined;
      process.exitCode = await (isEngine ? doctorOfEngines(options) : doctorCommand(options));
    });
}
