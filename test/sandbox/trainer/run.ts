// `node --import tsx run.ts CONFIG` = `azit sandbox trainer CONFIG`.
import { Command } from 'commander';
import { registerTrainerCommand } from '../../../src/sandbox/trainer/command.js';

const program = new Command();
registerTrainerCommand(program);
await program.parseAsync(['trainer', ...process.argv.slice(2)], { from: 'user' });
