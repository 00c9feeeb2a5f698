import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnGuarded } from '../../src/machine/dies-with-parent.js';
import { signalIfThere } from '../../src/machine/processes.js';
import { temporaryFolder } from '../support/folder.js';
import { Program } from '../support/program.js';
import { isAlive, until } from '../support/until.js';

const script = (text: string, folder: string) =>
  spawnGuarded({ command: '/bin/sh', arguments: ['-c', text], env: process.env, logPath: join(folder, 'log') });

async function pidsIn(folder: string): Promise<number[]> {
  const read = async () => (await readFile(join(folder, 'pids'), 'utf8').catch(() => '')).trim().split(' ').map(Number);
  await until('the command says its pids', async () => (await read()).length === 2);
  return await read();
}

describe('a guarded command', () => {
  it('and what it started die when kill -9 takes the process that guards it', async () => {
    const folder = await temporaryFolder();
    const program = new Program('test/machine/programs/guarding.ts', [folder]);
    const pids = await pidsIn(folder);
    assert.ok(pids.every(isAlive));
    await program.kill();
    await until('both are gone', () => !pids.some(isAlive));
  });

  it('dies with its group when only the guarding shell is killed and the pipe closes', async () => {
    const folder = await temporaryFolder();
    const program = new Program('test/machine/programs/guarding.ts', [folder]);
    const pids = await pidsIn(folder);
    const parent = await parentOf(pids[0]);
    process.kill(parent, 'SIGKILL');
    await program.kill();
    await until('both are gone', () => !pids.some(isAlive));
  });

  it('passes on how it ended, and leaves no shell behind', async () => {
    const folder = await temporaryFolder();
    const child = script('exit 7', folder);
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 7);
    await until('the group is empty', () => !signalIfThere(-(child.pid as number), 'SIGCONT'));
  });

  it('gets SIGTERM and the time to clean up', async () => {
    const folder = await temporaryFolder();
    const child = script(
      `trap 'sleep 0.2; echo clean > ${folder}/end; exit 3' TERM; echo $$ $$ > ${folder}/pids; while :; do sleep 0.05; done`,
      folder,
    );
    await pidsIn(folder);
    process.kill(-(child.pid as number), 'SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 3);
    assert.equal((await readFile(join(folder, 'end'), 'utf8')).trim(), 'clean');
  });
});

async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
