import { InvalidArgumentError, type Command } from 'commander';
import type { RunHandle } from '../client/index.js';
import { UsageError } from './output.js';
import { gates, type Gate } from '../spec/names.js';

/** Commands by which a person decides. A refused decision says why (exit code 2). */
export function registerDecisionCommands(program: Command): void {
  program
    .command('approve')
    .description('let a run that waits at a gate go on')
    .argument('<id>', "the run's id")
    .requiredOption('--gate <gate>', `one of ${gates.join(', ')}`, gate)
    .option(
      '--pick <index...>',
      'which of the pictures offered (see azit status); default: the proposed ones',
      collected,
    )
    .action(async (id: string, { gate, pick }: { gate: Gate; pick?: number[] }) => {
      await decide(id, `approved ${gate}`, (run) => run.approve({ gate, picks: pick }));
    });
  program
    .command('reject')
    .description('refuse what a run offers at a gate; it tries again')
    .argument('<id>', "the run's id")
    .requiredOption('--gate <gate>', `one of ${gates.join(', ')}`, gate)
    .requiredOption('--reason <text>', 'why; it stands in the report')
    .action(async (id: string, { gate, reason }: { gate: Gate; reason: string }) => {
      await decide(id, `rejected ${gate}`, (run) => run.reject({ gate, reason }));
    });
  program
    .command('choose')
    .description('name the checkpoint to go on with, or ask why the rule named its own')
    .argument('<id>', "the run's id")
    .option('--step <step>', 'one of the swept steps', wholeNumber)
    .option('--explain', 'say why this checkpoint and not its neighbours; decides nothing')
    .action(async (id: string, { step, explain }: { step?: number; explain?: boolean }) => {
      if ((step === undefined) === !explain)
        throw new UsageError('Give either --step STEP, to name a checkpoint, or --explain.');
      if (step === undefined) {
        const { explainCommand } = await import('./explain.js');
        process.exitCode = await explainCommand(id);
        return;
      }
      await decide(id, `chose checkpoint ${step}`, (run) => run.choose({ step }));
    });
  program
    .command('resume')
    .description('go on after what needed help is cured')
    .argument('<id>', "the run's id")
    .action(async (id: string) => {
      await decide(id, 'resumed', (run) => run.resume());
    });
  program
    .command('cancel')
    .description('end a run, a training after a last save; nothing that it made is removed')
    .argument('<id>', "the run's id")
    .action(async (id: string) => {
      const { cancelCommand } = await import('./cancel.js');
      process.exitCode = await cancelCommand(id);
    });
}

async function decide(id: string, done: string, decision: (run: RunHandle) => Promise<void>): Promise<void> {
  const { decideCommand } = await import('./decide.js');
  process.exitCode = await decideCommand(id, done, decision);
}

function gate(text: string): Gate {
  if ((gates as readonly string[]).includes(text)) return text as Gate;
  throw new InvalidArgumentError(`There is no gate '${text}'; there are: ${gates.join(', ')}.`);
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`'${text}' is not a whole number.`);
  return Number(text);
}

/** Commander hands over the values of an option one by one, with what came of those before. */
function collected(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), wholeNumber(text)];
}
