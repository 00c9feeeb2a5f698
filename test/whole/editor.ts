import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { azit, type RunningCommand } from '../support/command.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { readReport } from '../pipeline/azit.js';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

const project = `
name: mina
trigger: mnaz
anchor: { prompt: "portrait photo of a young woman, long black hair, front view, close-up", candidates: 2, seed: 11 }
canonical: { candidates: 2 }
views: { editor: sandbox-edit }
dataset: { yaw: [-30, 0, 30], pitch: [0], distances: [close], expressions: [neutral, smile], heldOut: 2 }
approvals: [dataset]
`;

/** One ComfyUI renders and another edits: two of the sandbox's, each with a worker of its own. */
describe('a run whose editor is chosen apart from the family', function () {
  this.timeout(600_000);
  const running: RunningCommand[] = [];
  after(async () => {
    for (const { pid } of running.reverse()) process.kill(pid, 'SIGTERM');
    await Promise.all(running);
    await removeTemporaryFolders();
  });

  it('waits without a word where nobody offers it, has its views from another server, or does not name it', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'small.yaml'), project);
    const alone = await azit(folder, ['run', 'small.yaml']);
    assert.equal(alone.code, 2);
    assert.match(
      alone.stderr,
      /for the editor sandbox-edit start `azit up --port 7233` and, with .*`azit worker --role render --family sandbox-edit/,
    );

    const [port, comfyPort] = [await freePort(), await freePort()];
    const env = { TEMPORAL_ADDRESS: `127.0.0.1:${port}`, AZIT_STORE: join(folder, '.azit/artifacts') };
    const keep = (command: RunningCommand): RunningCommand => (running.push(command), command);
    await keep(azit(folder, ['up', '--port', String(port)])).says(/ready|running|Temporal/i);
    const editing = join(folder, 'editing');
    await keep(azit(folder, ['sandbox', 'comfyui', '--port', String(comfyPort), '--base-directory', editing])).says(
      /http/,
    );
    const started = await azit(folder, ['start', 'small.yaml', '--id', 'apart'], env);
    assert.match(started.stderr, /No worker is polling the task queue azit-render-sandbox-edit.*--family sandbox-edit/);

    const comfyui = `http://127.0.0.1:${comfyPort}`;
    const words = ['worker', '--role', 'render', '--family', 'sandbox-edit', '--comfyui', comfyui];
    void keep(azit(folder, [...words, '--output-dir', join(editing, 'output')], env));
    const ended = await azit(folder, ['run', 'small.yaml', '--id', 'apart'], env);
    assert.equal(ended.code, 3, ended.stderr);
    const report = await azit(folder, ['report', 'apart', '--out', 'report'], env);
    assert.equal(report.code, 0, report.stderr);
    const { stages } = await readReport(join(folder, 'report'));
    const editors = stages.map(({ outputs }) => [...new Set(outputs.map(({ editor }) => editor))]);
    assert.deepEqual(editors.slice(0, 4), [[undefined], ['sandbox-edit'], ['sandbox-edit'], ['sandbox-edit']]);
    assert.ok((await readdir(join(editing, 'input'), { recursive: true })).length > 0, 'it was given no image to edit');
  });
});
