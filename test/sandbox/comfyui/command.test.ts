import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { startSandboxComfy } from '../../../src/sandbox/comfyui/index.js';
import { temporaryFolder } from '../../comfyui/contract/server.js';
import { nodeWords } from '../../support/program.js';

function serve(base: string, port: number) {
  const program = nodeWords(new URL('./serve.ts', import.meta.url));
  const words = [...program, 'comfyui', '--port', String(port), '--base-directory', base];
  return spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('azit sandbox comfyui', () => {
  let base: string;
  before(async () => (base = await temporaryFolder()));
  after(() => rm(base, { recursive: true, force: true }));

  it('says when it is ready, and SIGTERM ends it with exit code 0', async () => {
    const child = serve(base, 0);
    for await (const line of createInterface({ input: child.stdout }))
      if (/^To see the GUI go to: http:\S+$/.test(line)) child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(child.exitCode, 0);
  });

  it('a port in use is one sentence with the cure, and exit code 2', async () => {
    const taken = await startSandboxComfy({ port: 0, baseDirectory: base });
    const { port } = new URL(taken.url);
    const other = serve(base, Number(port));
    let words = '';
    other.stderr.on('data', (chunk) => (words += String(chunk)));
    const [code] = (await once(other, 'close')) as [number];
    assert.deepEqual([code, words], [2, `Port ${port} on 127.0.0.1 is in use; choose another one with --port.\n`]);
    await taken.close();
  });

  it('the log keeps the last 300 writes only', async () => {
    const server = await startSandboxComfy({ port: 0, baseDirectory: base });
    for (let i = 0; i < 310; i++) await fetch(`${server.url}/prompt`, { method: 'POST', body: '{}' });
    const { entries } = (await (await fetch(`${server.url}/internal/logs/raw`)).json()) as { entries: unknown[] };
    assert.equal(entries.length, 300);
    await server.close();
  });
});
