import { InvalidArgumentError, type Command } from 'commander';
import type { RunHandle } from '../client/index.js';
import { byWhom } from '../machine/user.js';
import { decimalNumber, wholeNumber } from './option-values.js';
import { UsageError } from './output.js';
import type { Decided } from './decide.js';
import { gates, type Gate } from '../project/names.js';

interface ApproveOptions {
  gate: Gate;
  pick?: number[];
  drop?: number[];
  json?: boolean;
}

interface ChooseOptions {
  step?: number;
  strength?: number;
  explain?: boolean;
  out?: string;
  json?: boolean;
}

const asJson = ['--json', 'print the decision as JSON'] as const;

/** Commands by which a person decides. A refused decision says why (exit code 2). */
export function registerDecisionCommands(program: Command): void {
  program
    .command('approve')
    .description('approve what a run offers at a gate; the run continues')
    .argument('<id>', "the run's id")
    .requiredOption('--gate <gate>', `one of ${gates.join(', ')}`, gate)
    .option(
      '--pick <number...>',
      'the images to accept, by number (see azit status); default: the proposed ones',
      collected,
    )
    .option('--drop <number...>', 'at the dataset gate only: the images to leave out, by number', collected)
    .option(...asJson)
    .action(async (id: string, { gate, pick, drop, json }: ApproveOptions) => {
      const decided = { action: 'approve', gate, picks: pick ?? null, drops: drop ?? null };
      await decide(id, { done: `approved ${gate}`, json: decided }, { json }, (run) =>
        run.approve({ gate, picks: pick, drops: drop, ...byWhom() }),
      );
    });
  program
    .command('reject')
    .description(
      'reject what a run offers at a gate: the run renders again, or at the checkpoint gate ends without a choice',
    )
    .argument('<id>', "the run's id")
    .requiredOption('--gate <gate>', `one of ${gates.join(', ')}`, gate)
    .requiredOption('--reason <text>', 'why; shown in the report')
    .option(...asJson)
    .action(async (id: string, { gate, reason, json }: { gate: Gate; reason: string; json?: boolean }) => {
      const decided = { action: 'reject', gate, reason };
      const done =
        gate === 'checkpoint' ? 'rejected every checkpoint; the run ends without a choice' : `rejected ${gate}`;
      await decide(id, { done, json: decided }, { json }, (run) => run.reject({ gate, reason, ...byWhom() }));
    });
  program
    .command('choose')
    .description('choose the checkpoint, even of a completed run; or explain the choice')
    .argument('<id>', "the run's id")
    .option('--step <step>', 'the checkpoint to choose: one of the steps that the sweep compares', wholeNumber)
    .option(
      '--strength <strength>',
      "one of the strengths that the sweep compares (default: the rule's)",
      decimalNumber,
    )
    .option('--explain', 'only explain why this checkpoint was chosen and not its neighbours')
    .option('--out <dir>', 'of a completed run: the folder of the new report (default: azit-report-ID)')
    .option(...asJson)
    .action(async (id: string, { step, strength, explain, ...options }: ChooseOptions) => {
      if ((step === undefined) === !explain)
        throw new UsageError('Give either --step STEP, to choose a checkpoint, or --explain.');
      if (strength !== undefined && step === undefined) throw new UsageError('Give --strength together with --step.');
      if (step === undefined) {
        const { explainCommand } = await import('./explain.js');
        process.exitCode = await explainCommand(id, options);
        return;
      }
      const { chooseCommand } = await import('./choose.js');
      process.exitCode = await chooseCommand(id, { step, strength }, options);
    });
  program
    .command('resume')
    .description('continue a run that needs help, once you have fixed the cause')
    .argument('<id>', "the run's id")
    .option(...asJson)
    .action(async (id: string, options: { json?: boolean }) => {
      await decide(id, { done: 'resumed', json: { action: 'resume' } }, options, (run) => run.resume(byWhom()));
    });
  program
    .command('stop-training')
    .description('end the training of a run early: the trainer saves and ends, and the run compares what is saved')
    .argument('<id>', "the run's id")
    .option(...asJson)
    .action(async (id: string, options: { json?: boolean }) => {
      const done = `training saves and ends; to train the rest later, run \`azit train-on ${id}\``;
      await decide(id, { done, json: { action: 'stop-training' } }, options, (run) => run.stopTraining(byWhom()));
    });
  program
    .command('cancel')
    .description('stop a run; training saves a last checkpoint, and nothing is deleted')
    .argument('<id>', "the run's id")
    .option('--force', "terminate the run if its workers can't stop it")
    .option('--json', 'print the result as JSON')
    .action(async (id: string, options: { json?: boolean; force?: boolean }) => {
      const { cancelCommand } = await import('./cancel.js');
      process.exitCode = await cancelCommand(id, options);
    });
}

async function decide(
  id: string,
  decided: Decided,
  options: { json?: boolean },
  decision: (run: RunHandle) => Promise<void>,
): Promise<void> {
  const { decideCommand } = await import('./decide.js');
  process.exitCode = await decideCommand(id, decided, decision, options);
}

function gate(text: string): Gate {
  if ((gates as readonly string[]).includes(text)) return text as Gate;
  throw new InvalidArgumentError(`There is no gate '${text}'. Available: ${gates.join(', ')}.`);
}

/** Commander hands over the values of an option one by one, with what came of those before. */
function collected(text: string, before: number[] | undefined): number[] {
  return [...(before ?? []), wholeNumber(text)];
}
