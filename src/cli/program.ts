import { Command } from 'commander';
import { azitVersion } from '../machine/version.js';
import { registerDecisionCommands } from './decisions.js';
import { registerGraphCommand } from './graph.js';
import { registerProjectCommands } from './projects.js';
import { registerRunCommands } from './runs.js';
import { registerModelsCommand } from './models.js';
import { registerStudioCommands } from './studio-commands.js';
import { registerStorageCommands } from './storage-commands.js';
import { registerScoreCommand } from './score.js';
import { registerWorkerCommands } from './workers.js';

/**
 * All commands. Each loads what it needs when it runs: `azit --help` loads none of Temporal, sharp or the models.
 * @param first the first word after `azit`
 */
export async function createProgram(first: string | undefined): Promise<Command> {
  const program = new Command('azit')
    .description('One face in, a proven LoRA out: ComfyUI renders, ai-toolkit trains, Temporal keeps it going.')
    .version(azitVersion(), '-V, --version')
    .showHelpAfterError('(azit --help lists the commands)')
    .exitOverride();
  registerRunCommands(program);
  registerDecisionCommands(program);
  registerStudioCommands(program);
  registerStorageCommands(program);
  registerProjectCommands(program);
  registerWorkerCommands(program);
  registerGraphCommand(program);
  registerScoreCommand(program);
  registerModelsCommand(program);
  await registerSandboxCommands(program, first);
  program.commands.forEach(throwInsteadOfExit);
  return program;
}

/** The engine's own commands load the engine: only who asks for it waits for that. */
async function registerSandboxCommands(program: Command, first: string | undefined): Promise<void> {
  const sandbox = program.command('sandbox').description('the embedded engine: a ComfyUI and a trainer on the CPU');
  if (first !== 'sandbox') return;
  (await import('../sandbox/comfyui/command.js')).registerComfyCommand(sandbox);
  (await import('../sandbox/trainer/command.js')).registerTrainerCommand(sandbox);
}

/** e.g. "azit studio users" */
const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.showHelpAfterError(`(${nameOf(command)} --help shows how to use it)`);
  command.commands.forEach(throwInsteadOfExit);
}
