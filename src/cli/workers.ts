import { InvalidArgumentError, type Command } from 'commander';

const port = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 65535)
    throw new InvalidArgumentError(`'${text}' is not a port.`);
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
    .description('run a worker with one or more roles, until Ctrl-C or SIGTERM')
    .requiredOption('--role <role...>', 'pipeline, render, train, identity')
    .option(
      '--family <family...>',
      'model families, and for render editors, that it serves (AZIT_FAMILIES; default: sandbox)',
    )
    .option('--comfyui <url>', "render: ComfyUI's address (AZIT_COMFYUI)")
    .option('--loras-dir <dir>', "render: path to ComfyUI's models/loras on this machine (AZIT_LORAS_DIR)")
    .option(
      '--output-dir <dir>',
      "render: path to ComfyUI's output folder on this machine; images are deleted there once stored (AZIT_OUTPUT_DIR)",
    )
    .option(
      '--header <header...>',
      "render: a header for each request to ComfyUI, as 'Name: value', or @FILE with one per line (AZIT_COMFYUI_HEADERS)",
    )
    .option('--aitoolkit <dir>', "train: ai-toolkit's folder, with run.py (AZIT_AITOOLKIT)")
    .option(
      '--python <path>',
      "train: ai-toolkit's Python (AZIT_AITOOLKIT_PYTHON; default: that of its venv, else python3)",
    )
    .option(
      '--trainer-command <command>',
      'train: a command that works like run.py, as a JSON list (AZIT_TRAINER_COMMAND)',
    )
    .option(
      '--clip <dir>',
      'identity: folder of a CLIP model (model.onnx, tokenizer.json), to score prompt adherence (AZIT_CLIP)',
    )
    .option(
      '--gpu <gpu>',
      'render, train: the GPU that its ComfyUI or trainer uses, in the format of CUDA_VISIBLE_DEVICES; workers with the same GPU take turns (AZIT_GPU)',
    )
    .option('--price <price>', 'render, train: what an hour of its GPU costs, such as 0.49/h (AZIT_PRICE)')
    .option(
      '--model-file <role=name...>',
      "this machine's file for a role of a model family, such as base=/models/sd3 or sd3.checkpoint=NAME (AZIT_MODEL_FILES)",
    )
    .option(
      '--embedder <name>',
      'identity: the embedder (see `azit models list`), or a YAML file (AZIT_EMBEDDER; default: default)',
    )
    .option(
      '--cross-check <name>',
      'identity: a second embedder; the report shows where the two disagree (AZIT_CROSS_CHECK)',
    )
    .option(
      '--notify <file>',
      'pipeline: a YAML file with whom to notify when a run waits, needs help or ends: webhook, e-mail, ntfy (AZIT_NOTIFY)',
    )
    .option('--store <store>', 'artifact store: a folder or s3://bucket/prefix (AZIT_STORE; default: .azit/artifacts)')
    .option('--task-queue <prefix>', 'prefix of the task queues (AZIT_TASK_QUEUE; default: azit)')
    .option('--work-dir <dir>', 'scratch folder (AZIT_WORK_DIR; default: .azit/work)')
    .action(async (options: Record<string, string | string[]>) => {
      const { workerCommand } = await import('./worker.js');
      process.exitCode = await workerCommand(options);
    });
}
