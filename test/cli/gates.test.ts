import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadFamilyGraph, type ApiGraph } from '../../src/comfyui/index.js';
import { verifyReportFolder } from '../../src/report/index.js';
import { readReport } from '../pipeline/azit.js';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';
import { Program } from '../support/program.js';

const project = `
name: mina
anchor:
  prompt: portrait photo of a young korean woman, long black hair, brown eyes, front view, close-up
  candidates: 2
canonical: { candidates: 2 }
dataset: { yaw: [-30, 0, 30], pitch: [0], distances: [close], expressions: [neutral, smile], heldOut: 2 }
training: { steps: 40, saveEvery: 20 }
sweep: { steps: [20, 40], seeds: 1, prompts: ["portrait photo of [trigger], front view, close-up"] }
editorial: { images: 1 }
graphs: { textToImage: text-to-image.json, edit: edit.json, lora: text-to-image-lora.json }
approvals: [anchor]
`;

/** The sandbox's own, as a person might have changed them: fewer steps, and a preview beside. */
async function ownGraphs(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const kind of ['text-to-image', 'edit', 'text-to-image-lora'] as const) {
    const graph = await loadFamilyGraph('sandbox', kind);
    graph['5'].inputs.steps = ownSteps;
    graph['90'] = { class_type: 'PreviewImage', inputs: { images: ['6', 0] }, _meta: { title: `my ${kind}` } };
    files[`${kind}.json`] = JSON.stringify(graph);
  }
  return files;
}
const ownSteps = 17;

describe('a run that waits for a person', function () {
  this.timeout(300_000);

  it('ends `run` with 3 and says what to type; approved, the example of the TypeScript client carries it to its report', async () => {
    const folder = await temporaryFolder({ 'azit.yaml': project, ...(await ownGraphs()) });
    const waiting = await azit(folder, ['run', 'azit.yaml', '--out', 'so-far']);
    assert.equal(waiting.code, 3, waiting.stderr);
    const [, id] = /to approve: azit approve (\S+) --gate anchor/.exec(waiting.stderr) ?? [];
    assert.ok(id, waiting.stderr);
    assert.ok(existsSync(join(folder, 'so-far', 'report.html')));
    const [, candidate] = /^ {2}0: anchor-\S+ · .*proposed · (\S+)$/m.exec(waiting.stderr) ?? [];
    assert.equal(candidate, join('.azit', 'gates', id, 'anchor', '0.png'), waiting.stderr);
    assert.ok(existsSync(join(folder, candidate)));
    const html = await readFile(join(folder, 'so-far', 'report.html'), 'utf8');
    assert.match(html, /is waiting for you at the gate anchor/);
    assert.match(html, new RegExp(`azit approve ${id} --gate anchor --pick N`));
    assert.equal((await azit(folder, ['status', id])).code, 3);

    const refused = await azit(folder, ['approve', id, '--gate', 'anchor', '--pick', '99']);
    assert.equal(refused.code, 2, refused.stderr);
    const approved = await azit(folder, ['approve', id, '--gate', 'anchor', '--pick', '0', '--json']);
    assert.equal(approved.code, 0, approved.stderr);
    const told = { runId: id, workflowId: `azit-${id}`, action: 'approve', gate: 'anchor', picks: [0], drops: null };
    assert.deepEqual(JSON.parse(approved.stdout), told);

    const up = azit(folder, ['up']);
    try {
      const address = await up.says(/TEMPORAL_ADDRESS=(\S+)/);
      const example = new Program(
        join('examples', 'start-run.ts'),
        [join(folder, 'azit.yaml'), join(folder, 'report')],
        { TEMPORAL_ADDRESS: address[1], AZIT_STORE: join(folder, '.azit', 'artifacts') },
      );
      assert.equal(await example.ended, 0, example.output);
      assert.match(example.output, new RegExp(`run ${id}\n`));
      assert.deepEqual(await verifyReportFolder(join(folder, 'report')), { ok: true, problems: [] });
    } finally {
      process.kill(up.pid, 'SIGTERM');
    }
    assert.equal((await up).code, 0);
    assert.equal((await azit(folder, ['watch', id])).code, 0);
    await checkPictures(folder, id);
  });
});

/** What a client is handed names nothing; the working copy holds the graph that drew it, ready to be loaded. */
async function checkPictures(folder: string, id: string): Promise<void> {
  const kept = await azit(folder, ['report', id, '--out', 'kept', '--keep-metadata']);
  assert.equal(kept.code, 0, kept.stderr);
  const { stages, strips } = await readReport(join(folder, 'kept'));
  const drawn = [...stages.flatMap(({ outputs }) => outputs), ...strips.flatMap(({ images }) => images)];
  const titles = new Set<string>();
  for (const { path } of drawn) {
    const graph = JSON.parse(pngText(await readFile(join(folder, 'kept', path)), 'prompt') ?? 'null') as ApiGraph;
    assert.equal(graph['5'].inputs.steps, ownSteps, path);
    titles.add(graph['90']._meta?.title ?? '');
  }
  assert.deepEqual([...titles].sort(), ['my edit', 'my text-to-image', 'my text-to-image-lora']);
  const { stages: handed } = await readReport(join(folder, 'report'));
  for (const { path } of handed.flatMap(({ outputs }) => outputs))
    assert.equal(pngText(await readFile(join(folder, 'report', path)), 'prompt'), null, path);
}

/** A tEXt chunk: keyword, zero, text. */
function pngText(png: Buffer, keyword: string): string | null {
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) !== 'tEXt') continue;
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at)).toString('latin1');
    if (data.startsWith(`${keyword}\0`)) return data.slice(keyword.length + 1);
  }
  return null;
}
