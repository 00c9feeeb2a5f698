import type { Command } from 'commander';

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
    .description('check this machine: Node, Temporal, face models, artifact store, Python; or a ComfyUI')
    .option('--comfyui <url>', 'check this ComfyUI instead: version, memory, which model families it can serve')
    .option('--header <header...>', "a header for each request to it, as 'Name: value'")
    .option(
      '--model-file <role=name...>',
      "its own name for a family's model file, such as sd3.checkpoint=mine.safetensors",
    )
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean; comfyui?: string; header?: string[]; modelFile?: string[] }) => {
      const { comfyui, ...rest } = options;
      if (comfyui !== undefined) {
        const { doctorOfComfyUI } = await import('./doctor-comfyui.js');
        process.exitCode = await doctorOfComfyUI({ comfyui, ...rest });
        return;
      }
      const { doctorCommand } = await import('./doctor.js');
      process.exitCode = await doctorCommand(options);
    });
}
