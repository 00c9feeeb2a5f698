import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { z } from 'zod';
import { createProgram } from '../../src/cli/program.js';
import { failureTypes, fixOf, type FailureType } from '../../src/run/failures.js';
import { keyMeanings } from '../../src/project/key-meanings.js';
import { projectSchema } from '../../src/project/schema.js';

const root = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesOf = (folder: string, ending: string): string[] =>
  (readdirSync(join(root, folder), { recursive: true }) as string[])
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
const pages = ['README.md', ...filesOf('docs', '.md')];
const sources = filesOf('src', '.ts').map(read).join('\n');

describe('docs', () => {
  it('failures.md lists just the types of the one table, with what is done about each', () => {
    const work = tableOf('docs/failures.md', 'Failures of the work').map(([type, again, exit, , fix]) => [
      code(type),
      { retried: again === 'yes', exitCode: Number(exit), fix },
    ]);
    const rules = tableOf('docs/failures.md', 'Rules of the run').map(([type, , fix]) => [
      code(type),
      { retried: false, exitCode: 4, fix },
    ]);
    const commands = tableOf('docs/failures.md', 'Failures of a command').map(([type, exit, , fix]) => [
      code(type),
      { exitCode: Number(exit), fix },
    ]);
    const types = Object.keys(failureTypes) as FailureType[];
    const wanted = types.map((type) => {
      const { retried, exitCode } = failureTypes[type];
      const isOfCommand = commands.some(([name]) => name === type);
      const fix = fixOf(type, isOfCommand ? 'command' : 'run');
      return [type, isOfCommand ? { exitCode, fix } : { retried, exitCode, fix }];
    });
    assert.deepEqual(Object.fromEntries([...work, ...rules, ...commands]), Object.fromEntries(wanted));
  });

  it('failures.md lists just the rules for which a workflow asks for help', () => {
    const thrown = new Set([...sources.matchAll(/new HelpNeeded\(\s*'([a-z-]+)'/g)].map(([, type]) => type));
    const told = tableOf('docs/failures.md', 'Rules of the run').map(([type]) => code(type));
    assert.deepEqual(told.sort(), [...thrown].sort());
  });

  it('project-file.md lists just the keys of the schema, with their defaults', () => {
    const rows = tableOf('docs/project-file.md', 'The project file');
    const told = rows.map(([key, , byDefault]) => [
      code(key),
      byDefault.startsWith('`') ? parse(code(byDefault)) : undefined,
    ]);
    assert.deepEqual(Object.fromEntries(told), keysOf(z.toJSONSchema(projectSchema, { io: 'input' }) as Schema));
  });

  it('project-file.md says of a key what an editor shows of it', () => {
    const told = tableOf('docs/project-file.md', 'The project file').map(([key, , , meaning]) => [
      code(key),
      code(meaning).replace(/[,;] see below$/, ''),
    ]);
    assert.deepEqual(Object.fromEntries(told), keyMeanings);
  });

  it('running.md lists just the variables that are read', () => {
    const used = new Set(sources.match(/AZIT_[A-Z]+(_[A-Z]+)*/g));
    const told = tableOf('docs/running.md', 'Environment').map(([variable]) => code(variable));
    assert.deepEqual(told.sort(), [...used].sort());
  });

  it('from-code.md lists just the codes of AzitClientError', () => {
    const [, union] = /type AzitClientErrorCode =([^;]*);/.exec(read('src/client/errors.ts')) ?? [];
    const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, name]) => name);
    assert.deepEqual(
      tableOf('docs/from-code.md', 'Errors')
        .map(([name]) => code(name))
        .sort(),
      codes.sort(),
    );
  });

  it('every command that a page tells to type exists, with its flags', async () => {
    const program = await createProgram('sandbox');
    for (const page of pages)
      for (const words of commandsIn(read(page))) assert.ok(isKnown(program, words), `${page}: ${words}`);
  });

  it('every link between the pages leads somewhere', () => {
    for (const page of pages) {
      for (const [, target] of read(page).matchAll(/(?<!!\[[^\]]*)\]\(([^)#:]+)\)/g)) {
        assert.ok(existsSync(join(root, dirname(page), target)), `${page}: ${target}`);
      }
    }
  });
});

const code = (cell: string): string => cell.replaceAll('`', '');

/** The cells of the first table under a heading, without its own heading row. */
function tableOf(page: string, heading: string): string[][] {
  const lines = read(page).split('\n');
  const start = lines.findIndex(
    (line, index) =>
      index > lines.findIndex((other) => /^#+ /.test(other) && other.endsWith(heading)) && line.startsWith('|'),
  );
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  const rows = lines.slice(start + 2, end === -1 ? undefined : end);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

interface Schema {
  properties?: Record<string, Schema>;
  default?: unknown;
}

/** dotted key -> default. */
function keysOf({ properties = {} }: Schema, path = ''): Record<string, unknown> {
  return Object.entries(properties).reduce<Record<string, unknown>>((keys, [name, schema]) => {
    const own = schema.properties ? keysOf(schema, `${path}${name}.`) : { [path + name]: schema.default };
    return { ...keys, ...own };
  }, {});
}

/** The words of each `azit …`, without comments. */
function commandsIn(text: string): string[][] {
  const commands = [...text.matchAll(/(?:^|`|npx |&& )azit ([a-z][^`#\n&]*)/gm)];
  return commands.map(([, words]) => words.trim().split(/\s+/));
}

function isKnown(program: Command, [word, ...rest]: string[]): boolean {
  const command = program.commands.find((candidate) => candidate.name() === word);
  if (!command) return false;
  // `azit studio` is a command, and has some.
  const isOwn = command.options.length > 0 && (rest.length === 0 || rest[0].startsWith('--'));
  if (command.commands.length > 0 && !isOwn) return isKnown(command, rest);
  const flags = rest.filter((part) => part.startsWith('--'));
  return flags.every((flag) => command.options.some(({ long }) => long === flag));
}
