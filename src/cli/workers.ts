import { InvalidArgumentError, type Command } from 'commander';

const port = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65535)
    throw new InvalidArgumentError(`'${text}' is no port.`);
  return number;
};

/** Commands that carry runs on. */
export function registerWorkerCommands(program: Command): void {
  program
    .command('up')
    .description('run the embedded Temporal, sandbox and workers in the foreground')
    .option('--port <port>', "Temporal's port (default: a free one)", port)
    .option('--ui-port <port>', "the port of Temporal's UI (default: a free one)", port)
    .action(async (options: { port?: number; uiPort?: number }) => {
      const { upCommand } = await import('./up.js');
      process.exitCode = await upCommand(options);
    });
  program
    .command('worker')
    .description('work for runs: one or more roles, until SIGTERM')
    .requiredOption('--role <role...>', 'pipeline, render, train, identity')
    .option('--family <family...>', 'model families of render and train (AZIT_FAMILIES; default: sandbox)')
    .option('--comfyui <url>', "render: ComfyUI's address (AZIT_COMFYUI)")
    .option('--loras-dir <dir>', "render: ComfyUI's folder models/loras, as this machine sees it (AZIT_LORAS_DIR)")
    .option(
      '--output-dir <dir>',
      "render: ComfyUI's output folder; pictures are removed there once kept (AZIT_OUTPUT_DIR)",
    )
    .option(
      '--header <header...>',
      "render: a header for each request, as 'Name: value', or @FILE with one a line (AZIT_COMFYUI_HEADERS)",
    )
    .option('--aitoolkit <dir>', "train: ai-toolkit's folder, with run.py (AZIT_AITOOLKIT)")
    .option('--python <path>', "train: its Python (AZIT_AITOOLKIT_PYTHON; default: its venv's, else python3)")
    .option(
      '--trainer-command <command>',
      'train: a command with the contract of run.py, as a JSON list (AZIT_TRAINER_COMMAND)',
    )
    .option('--clip <dir>', 'identity: a CLIP model (model.onnx, tokenizer.json): are prompts followed? (AZIT_CLIP)')
    .option(
      '--gpu <gpu>',
      'render, train: the GPU of its engine, as CUDA_VISIBLE_DEVICES takes it; those who name one share it (AZIT_GPU)',
    )
    .option(
      '--model-file <role=name...>',
      "this machine's own file for a role of the family's models, such as base=/models/sd3 or sd3.checkpoint=NAME (AZIT_MODEL_FILES)",
    )
    .option(
      '--embedder <name>',
      'identity: what measures likeness (`azit models list`), or a YAML file (AZIT_EMBEDDER; default: default)',
    )
    .option('--cross-check <name>', 'identity: a second embedder, to say where the two disagree (AZIT_CROSS_CHECK)')
    .option('--store <store>', 'artifact store: a folder or s3://bucket/prefix (AZIT_STORE; default: .azit/artifacts)')
    .option('--task-queue <prefix>', 'prefix of the task queues (AZIT_TASK_QUEUE; default: azit)')
    .option('--work-dir <dir>', 'scratch space (AZIT_WORK_DIR; default: .azit/work)')
    .action(async (options: Record<string, string | string[]>) => {
      const { workerCommand } = await import('./worker.js');
      process.exitCode = await workerCommand(options);
    });
}
