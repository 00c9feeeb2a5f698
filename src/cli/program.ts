import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { registerDecisionCommands } from './decisions.js';
import { registerProjectCommands } from './projects.js';
import { registerRunCommands } from './runs.js';
import { registerWorkerCommands } from './workers.js';

/**
 * All commands. Each loads what it needs when it runs: `azit --help` loads none of Temporal, sharp or the face models.
 * @param first the first word after `azit`; the commands of other parts are declared only when it asks for them.
 */
export async function createProgram(first: string | undefined): Promise<Command> {
  const program = new Command('azit')
    .description('One face in, a proven LoRA out: ComfyUI renders, ai-toolkit trains, Temporal keeps it going.')
    .version(version(), '-V, --version')
    .showHelpAfterError('(azit --help lists what there is)')
    .exitOverride();
  registerRunCommands(program);
  registerDecisionCommands(program);
  registerProjectCommands(program);
  registerWorkerCommands(program);
  await registerOtherParts(program, first);
  program.commands.forEach(throwInsteadOfExit);
  return program;
}

async function registerOtherParts(program: Command, first: string | undefined): Promise<void> {
  if (first === 'score') (await import('./score.js')).registerScoreCommand(program);
  else program.command('score').description('measure how alike faces are: pictures against references');
  if (first === 'models') (await import('./models.js')).registerModelsCommand(program);
  else program.command('models').description('fetch and check the face models');
  const sandbox = program.command('sandbox').description('the embedded engine: a ComfyUI and a trainer on a bare CPU');
  if (first === 'sandbox') {
    (await import('../sandbox/comfyui/command.js')).registerComfyCommand(sandbox);
    (await import('../sandbox/trainer/command.js')).registerTrainerCommand(sandbox);
  }
}

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(throwInsteadOfExit);
}

function version(): string {
  const { version: found } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return found;
}
