// `azit sandbox comfyui` as a process of its own, for tests that kill it.
import { Command } from 'commander';
import { registerComfyCommand } from '../../../src/sandbox/comfyui/command.js';

const program = new Command('sandbox');
registerComfyCommand(program);
await program.parseAsync();
