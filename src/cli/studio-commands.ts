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
    .description('serve a web page on which you see all runs, decide, start runs and download')
    .option('--port <port>', 'the port (default: 7788, or a free one)', port)
    .option('--host <host>', 'the address to listen on (default: 127.0.0.1; any other needs users)')
    .option('--name <name...>', 'other host names by which browsers reach it, through a proxy or DNS')
    .option('--open', 'open the page in the browser')
    .action(async (options: StudioFlags) => {
      const { studioCommand } = await import('./studio.js');
      process.exitCode = await studioCommand(options);
    });
  const users = studio.command('users').description('the users who may log in when --host opens the studio to others');
  users
    .command('add')
    .description("add a user, or change a user's role and password; asks for the password")
    .argument('<name>', "the user's name, shown beside each decision of this user")
    .addOption(
      new Option('--role <role>', 'view: only look and download; decide: also decide, start and cancel')
        .choices(['view', 'decide'])
        .makeOptionMandatory(),
    )
    .action(async (name: string, { role }: { role: UserRole }) => {
      const { addUserCommand } = await import('./studio-users.js');
      process.exitCode = await addUserCommand(name, role);
    });
  users
    .command('remove')
    .description("remove a user; the user's open pages stop within a second")
    .argument('<name>', "the user's name")
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
