import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Users, usersFile, type UserRole } from '../studio/door/users.js';
import { exitCodes } from './exit-codes.js';
import { printJson, printResult, say, table, UsageError } from './output.js';
import { studioFolder } from './studio.js';

const users = (): Users => new Users(usersFile(studioFolder()));

export async function addUserCommand(name: string, role: UserRole): Promise<number> {
  await users().add(name, role, await askPassword(name));
  say(`${name} may log in with the role ${role}.`);
  return exitCodes.done;
}

export async function removeUserCommand(name: string): Promise<number> {
  await users().remove(name);
  say(`${name} may no longer log in.`);
  return exitCodes.done;
}

export async function listUsersCommand({ json }: { json?: boolean }): Promise<number> {
  const all = await users().list();
  if (json) printJson(all);
  else if (all.length === 0) say('no users');
  else printResult(table([['name', 'role'], ...all.map(({ name, role }) => [name, role])]));
  return exitCodes.done;
}

/** Twice from a terminal, without an echo; from a pipe its first line. */
async function askPassword(name: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).split(/\r?\n/, 1)[0];
  const password = await askSilently(`Password for ${name}: `);
  if (password !== (await askSilently('Again: '))) throw new UsageError('The two passwords are not the same.');
  return password;
}

async function askSilently(question: string): Promise<string> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
