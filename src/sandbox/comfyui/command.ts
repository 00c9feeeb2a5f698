import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { comfyVersions, type ComfyVersion } from './dialect.js';
import { startSandboxComfy } from './index.js';

interface CommandOptions {
  host: string;
  port: number;
  baseDirectory: string;
  fixedRenderMs?: number;
  as: ComfyVersion;
}

/** Adds `comfyui` to `azit sandbox`. It runs until SIGTERM or SIGINT, and says when it is ready as ComfyUI does. */
export function registerComfyCommand(parent: Command): void {
  parent
    .command('comfyui')
    .description("serve ComfyUI's HTTP and websocket API, with images drawn on the CPU")
    .requiredOption('--port <port>', 'port to listen on (0: any free one)', integer)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--base-directory <folder>',
      'the folder that holds models/, input/, output/ and temp/',
      path.resolve('.azit/comfyui'),
    )
    .option('--fixed-render-ms <ms>', 'for benchmarks: each render takes this long and draws a placeholder', integer)
    .addOption(new Option('--as <version>', 'the ComfyUI version to imitate').choices(comfyVersions).default('0.33.0'))
    .action((options: CommandOptions, command: Command) => run(options, command));
}

async function run(options: CommandOptions, command: Command): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve());
  });
  const logger = { info: (line: string) => void process.stderr.write(`${line}\n`) };
  const server = await startSandboxComfy({ ...options, version: options.as, logger }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return command.error(`Port ${options.port} on ${options.host} is in use; choose another one with --port.`, {
        exitCode: 2,
      });
    },
  );
  process.stdout.write(`To see the GUI go to: ${server.url}\n`);
  await Promise.race([stopped, server.crashed.then(() => (process.exitCode = 1))]);
  await server.close();
}

function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(text);
}
