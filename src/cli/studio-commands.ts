import { InvalidArgumentError, Option, type Command } from 'commander';
import type { UserRole } from '../studio/door/users.js';
import type { StudioFlags } from './studio.js';

/** 0: a free one. */
const port = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65535)
    throw new InvalidArgumentError(`'${text}' is not a port.`);
  return number;
};

/** The web page on which people see runs and decide. */
export function registerStudioCommands(program: Command): void {
  const studio = program
    .command('studio')
    .description('serve a web page with all runs: see, decide, start, download')
    .option('--port <port>', 'its port (default: 7788, or a free one)', port)
    .option('--host <host>', 'the address to listen on (default: 127.0.0.1); another one needs users')
    .option('--name <name...>', 'further host names that a proxy or DNS leads here')
    .option('--open', 'open it in the browser')
    .action(async (options: StudioFlags) => {
      const { studioCommand } = await import('./studio.js');
      process.exitCode = await studioCommand(options);
    });
  const users = studio.command('users').description('who may log in where --host lets others reach the studio');
  users
    .command('add')
    .description('add a user, or change the role and password of one; asks for the password')
    .argument('<name>', 'the name, which stands beside what the user decides')
    .addOption(
      new Option('--role <role>', 'view: look; decide: also decide, start and cancel')
        .choices(['view', 'decide'])
        .makeOptionMandatory(),
    )
    .action(async (name: string, { role }: { role: UserRole }) => {
      const { addUserCommand } = await import('./studio-users.js');
      process.exitCode = await addUserCommand(name, role);
    });
  users
    .command('remove')
    .description('remove a user; an open page ends within a second')
    .argument('<name>', 'the name')
    .action(async (name: string) => {
      const { removeUserCommand } = await import('./studio-users.js');
      process.exitCode = await removeUserCommand(name);
    });
  users
    .command('list')
    .description('list the users')
    .option('--json', 'print as JSON')
    .action(async (options: { json?: boolean }) => {
      const { listUsersCommand } = await import('./studio-users.js');
      process.exitCode = await listUsersCommand(options);
    });
}
