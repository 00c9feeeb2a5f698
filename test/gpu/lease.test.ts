import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GpuBusyError, GpuLease, makeRoom, registerRenderServer, renderServersOn } from '../../src/gpu/index.js';
import { temporaryFolder } from '../support/folder.js';

const { signal } = new AbortController();

describe('the lease of a GPU', () => {
  it('is one at a time, says who has it, and gives a unit back after its bound', async () => {
    const folder = await temporaryFolder();
    const release = await new GpuLease('0', folder).take({ doing: 'trainLora of azit-mina', waitMs: 0, signal });
    const other = new GpuLease('0', folder);
    assert.match((await other.holder()) ?? '', /trainLora of azit-mina is using it \(process \d+/);
    await assert.rejects(other.take({ doing: 'renderBatch', waitMs: 0, signal }), GpuBusyError);
    const elsewhere = await new GpuLease('1', folder).take({ doing: 'renderBatch', waitMs: 0, signal });
    await release();
    const next = await other.take({ doing: 'renderBatch', waitMs: 0, signal });
    await Promise.all([next(), elsewhere()]);
    assert.equal(await other.holder(), null);
  });

  it('of a dead holder is free, of one in another container only after its silence', async () => {
    const folder = await temporaryFolder();
    const lease = new GpuLease('0', folder);
    await lease.take({ doing: 'died', waitMs: 0, signal });
    const path = join(folder, 'gpu-0.lock');
    const holder = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...holder, host: 'another-container', pid: 1 }));
    assert.match((await new GpuLease('0', folder).holder()) ?? '', /another-container/);
    await writeFile(path, JSON.stringify({ ...holder, identity: 'of a process long gone' }));
    assert.equal(await new GpuLease('0', folder).holder(), null);
    const release = await new GpuLease('0', folder).take({ doing: 'next', waitMs: 0, signal });
    await release();
  });

  it('knows the render servers on it, and waits until one that unloads has given its memory back', async () => {
    const folder = await temporaryFolder();
    await registerRenderServer('0', { url: 'http://127.0.0.1:8188' }, folder);
    assert.deepEqual(await renderServersOn('0', folder), [{ url: 'http://127.0.0.1:8188' }]);
    const free = [2e9, 2e9, 9e9, 20e9];
    let asked = 0;
    const server = {
      free: async () => void (asked += 1),
      stats: async () => ({
        devices: [
          { type: 'cuda', vramTotalBytes: 24e9, vramFreeBytes: (free.length > 1 ? free.shift() : free[0]) as number },
        ],
      }),
    };
    assert.match(await makeRoom(server, { url: 'http://x', signal }), /18\.0 GB freed, 20\.0 GB free/);
    assert.equal(asked, 1);
  });
});
