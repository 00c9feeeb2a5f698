import type { Command } from 'commander';
import type { AiToolkitDoctorOptions } from './doctor-aitoolkit.js';
import type { ComfyDoctorOptions } from './doctor-comfyui.js';

type DoctorOptions = { comfyui?: string; aitoolkit?: string } & Omit<ComfyDoctorOptions, 'comfyui'> &
  Omit<AiToolkitDoctorOptions, 'aitoolkit'>;

/** Commands about project files and this machine; none of them needs Temporal. */
export function registerProjectCommands(program: Command): void {
  program
    .command('init')
    .description('write a project file to start from')
    .argument('[file]', 'where', 'azit.yaml')
    .action(async (file: string) => {
      const { initCommand } = await import('./init.js');
      process.exitCode = await initCommand(file);
    });
  program
    .command('plan')
    .description('say what a project file will do, without doing it')
    .argument('<file>', 'project file')
    .option('--json', 'print as JSON')
    .action(async (file: string, options: { json?: boolean }) => {
      const { planCommand } = await import('./plan.js');
      process.exitCode = await planCommand(file, options);
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
      'check this machine: Node, Temporal, face models, artifact store, Python; or a ComfyUI, or an ai-toolkit',
    )
    .option('--comfyui <url>', 'check this ComfyUI instead: version, memory, which model families it can serve')
    .option('--header <header...>', "a header for each request to it, as 'Name: value', or @FILE with one a line")
    .option(
      '--model-file <role=name...>',
      "its own name for a family's model file, such as sd3.checkpoint=mine.safetensors",
    )
    .option('--aitoolkit <dir>', 'check this ai-toolkit instead: version, Python, GPU, base models, disk')
    .option('--python <path>', "its Python (default: its venv's, else python3)")
    .option('--gpu <gpu>', 'the GPU it is to train on, as CUDA_VISIBLE_DEVICES takes it')
    .option('--family <family...>', 'the model families it is to train (default: any)')
    .option('--project <file>', 'the project it is to train: its family and its checkpoints')
    .option('--work-dir <dir>', "the worker's scratch space, where the checkpoints are made (default: .azit/work)")
    .option('--json', 'print as JSON')
    .action(async (options: DoctorOptions) => {
      const { comfyui, aitoolkit, ...rest } = options;
      if (aitoolkit !== undefined) {
        const { doctorOfAiToolkit } = await import('./doctor-aitoolkit.js');
        process.exitCode = await doctorOfAiToolkit({ aitoolkit, ...rest });
        return;
      }
      if (comfyui !== undefined) {
        const { doctorOfComfyUI } = await import('./doctor-comfyui.js');
        process.exitCode = await doctorOfComfyUI({ comfyui, ...rest });
        return;
      }
      const { doctorCommand } = await import('./doctor.js');
      process.exitCode = await doctorCommand(options);
    });
}
