import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client, plainGraph, samplerGraph, temporaryFolder } from './fixture.js';

function commandLine(base: string, port: number): string[] {
  const script = new URL('./serve.ts', import.meta.url).pathname;
  return ['--import', 'tsx', script, 'comfyui', '--port', String(port), '--base-directory', base];
}

/** `azit sandbox comfyui` in a process of its own. */
async function serve(base: string, port = 0): Promise<{ child: ChildProcess; client: Client }> {
  const child = spawn(process.execPath, commandLine(base, port), { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^To see the GUI go to: (http:\S+)$/.exec(line)?.[1];
    if (url) return { child, client: new Client(url, base) };
  }
  throw new Error('the server ended before it was ready');
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

describe('sandbox ComfyUI: killed and started again', () => {
  let base: string;
  const children: ChildProcess[] = [];
  const started = async (port = 0) => {
    const server = await serve(base, port);
    children.push(server.child);
    return server;
  };
  before(async () => (base = await temporaryFolder()));
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(base, { recursive: true, force: true });
  });

  it('kill -9 with work running and waiting: queue and history are gone, files stay, numbers begin again', async () => {
    const { child, client } = await started();
    const [done, running, waiting] = [randomUUID(), randomUUID(), randomUUID()];
    const finished = plainGraph('restart/fin');
    await client.submit(finished, { prompt_id: done });
    await client.finished(done);
    await client.submit(samplerGraph({ steps: 10_000 }), { prompt_id: running });
    await client.submit(plainGraph('restart/never'), { prompt_id: waiting });
    await client.running(running);
    await writeFile(path.join(base, 'temp/leftover.png'), '');
    await end(child, 'SIGKILL');

    const { client: again, child: second } = await started(Number(new URL(client.url).port));
    assert.deepEqual(await again.json('/queue'), { queue_running: [], queue_pending: [] });
    assert.deepEqual(await again.json('/history'), {});
    for (const id of [done, running, waiting]) {
      assert.deepEqual(await again.json(`/history/${id}`), {});
      assert.equal((await again.get(`/api/jobs/${id}`)).status, 404);
    }
    assert.deepEqual(await readdir(path.join(base, 'temp')), []);
    assert.deepEqual(await readdir(path.join(base, 'output/restart')), ['fin_00001_.png']);
    const reply = await again.post('/prompt', { prompt: finished, prompt_id: done });
    assert.equal(((await reply.json()) as { number: number }).number, 0);
    const entry = await again.finished(done);
    assert.equal(entry.outputs['2'].images[0].filename, 'fin_00002_.png');
    await end(second, 'SIGKILL');
  });

  it('SIGTERM ends it in mid-render, with exit code 0, and the port is free', async () => {
    const { child, client } = await started();
    const id = await client.submit(samplerGraph({ steps: 10_000 }));
    await client.running(id);
    assert.equal(await end(child, 'SIGTERM'), 0);
    const { child: next } = await started(Number(new URL(client.url).port));
    await end(next, 'SIGKILL');
  });

  it('a port in use is one sentence with the cure, and exit code 2', async () => {
    const { child, client } = await started();
    const { port } = new URL(client.url);
    const other = spawn(process.execPath, commandLine(base, Number(port)), { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(other);
    let words = '';
    other.stderr.on('data', (chunk) => (words += String(chunk)));
    const [code] = (await once(other, 'close')) as [number];
    assert.deepEqual([code, words], [2, `Port ${port} on 127.0.0.1 is in use; choose another one with --port.\n`]);
    await end(child, 'SIGKILL');
  });
});
