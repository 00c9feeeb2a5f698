import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { parseRecord } from '../../src/artifacts/errors.js';
import { readTensors, serializeSafetensors } from '../support/safetensors.js';
import { readLogLine } from '../../src/aitoolkit/log-lines.js';
import { readOptimizer } from '../../src/aitoolkit/optimizer.js';
import { readBar } from '../../src/aitoolkit/progress-bar.js';
import { ValidationLog } from '../../src/aitoolkit/validation-loss.js';
import { LogTail, SegmentReader } from '../../src/trainer/output.js';
import { defaultTimeouts } from '../../src/comfyui/bounds.js';
import { Connection } from '../../src/comfyui/connection.js';
import { checkImage } from '../../src/comfyui/image-check.js';
import { nodeClassOf, objectInfo } from '../../src/comfyui/node-class.js';
import { silent } from '../../src/comfyui/options.js';
import * as replies from '../../src/comfyui/replies.js';
import { readState } from '../../src/embedded/state-file.js';
import { loadPicture } from '../../src/faces/engine/picture.js';
import { holderOf } from '../../src/machine/lock.js';
import { graphInPicture } from '../../src/report/graph/in-picture.js';
import { handedOn } from '../../src/report/handed-on/picture.js';
import { verifyReportFolder } from '../../src/report/verify.js';
import { graphProblems, kindOf } from '../../src/project/graph-file.js';
import { nodesRun } from '../../src/project/graph-reach.js';
import { loadProject } from '../../src/project/load.js';
import { checkPicture } from '../../src/project/pictures.js';
import { openSqlite } from '../../src/sqlite/open.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { damaged, holds, jsonLike, refusesOnlyWith } from './support.js';

const yaml = `name: mina
trigger: mi-na
anchor: { prompt: "a woman, [trigger]", candidates: 2 }
dataset: { yaw: [-30, 0, 30], heldOut: 2 } # few
training: { steps: 300, saveEvery: 100, override: { train: { lr: 0.0001 } } }
sweep:
  steps: [200, 300]
  prompts:
    - &first { id: base, text: 'it''s her' }
    - |
      on stage
approvals: [anchor]
`;
const report = {
  azit: 1,
  run: { id: 'a', workflowId: 'b', startedAt: '2026-01-01T00:00:00Z', finishedAt: null, model: 'sandbox' },
  stages: [],
  checkpoints: [{ step: 100, sha256: 'a'.repeat(64), identity: null }],
  editorial: [{ path: 'images/a.png', sha256: 'a'.repeat(64), seed: 1, prompt: 'x' }],
};
const log = `Running 1 process
Dataset: /x
  -  Found 8 images
create LoRA for U-Net: 264 modules.
azit-mina:   5%|▌         | 10/200 [00:01<00:19,  9.90it/s, lr: 1.0e-04 loss: 1.234e-01]\r
Saving at step 100
Saved checkpoint to /x/azit-mina_000000100.safetensors
Error running job: out of memory
`;

/** Bytes of a stranger end in a result or in an error of the parser's own kind, and never in anything else. */
describe('foreign bytes', () => {
  let folder: string;
  before(async () => (folder = await temporaryFolder()));
  after(removeTemporaryFolders);

  const put = async (name: string, bytes: string | Uint8Array): Promise<string> => {
    await writeFile(join(folder, name), bytes);
    return join(folder, name);
  };

  it('as a project file are taken, or refused as bad input', async () => {
    const bytes = fc.oneof(damaged(Buffer.from(yaml)), fc.uint8Array({ maxLength: 300 }));
    await holds(bytes, async (content) => {
      const path = await put('azit.yaml', content);
      await refusesOnlyWith(['InputError'], () => loadProject(path));
    });
  });

  it('as a graph are refused in sentences, or can be walked', async () => {
    await holds(jsonLike('1', '2', 'class_type', 'inputs', '_meta', 'title', 'azit:save', 'azit:prompt'), (json) => {
      const problems = graphProblems(json, kindOf(json));
      for (const problem of problems) assert.equal(typeof problem, 'string');
      if (problems.length === 0) nodesRun(json as Parameters<typeof nodesRun>[0]);
    });
  });

  it('as a LoRA are read, or refused by a SafetensorsError; what we write comes back', async () => {
    const numbers = fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 8 });
    const tensors = fc.dictionary(fc.string({ minLength: 1 }), numbers, {
      minKeys: 1,
      maxKeys: 4,
      noNullPrototype: true,
    });
    await holds(tensors, async (values) => {
      const named = Object.entries(values).filter(([name]) => name !== '__metadata__' && name !== '__proto__');
      const given = named.map(([name, data]) => [name, { dtype: 'F32' as const, shape: [data.length], data }] as const);
      const read = await readTensors(await put('a.safetensors', serializeSafetensors(new Map(given))));
      for (const [name, { data }] of given) assert.deepEqual([...(read.get(name)?.data ?? [])], data);
    });
    const sound = serializeSafetensors(new Map([['a', { dtype: 'F32' as const, shape: [2], data: [1, 2] }]]), {
      b: 'c',
    });
    await holds(damaged(sound), async (bytes) => {
      await refusesOnlyWith(['SafetensorsError'], async () => readTensors(await put('a.safetensors', bytes)));
    });
  });

  it('as an optimizer state are read, or are none', async () => {
    const sound = zipSync({ 'a/data.pkl': new Uint8Array(30), 'a/data/0': new Uint8Array(4) }, { level: 0 });
    await holds(damaged(sound), async (bytes) => void (await readOptimizer(await put('optimizer.pt', bytes))));
  });

  it('as replies of a ComfyUI are taken, or are a bad reply', async () => {
    const connection = new Connection('http://127.0.0.1:1', {}, defaultTimeouts, silent);
    const schemas = [
      replies.promptAccepted,
      replies.promptRefused,
      replies.historyReply,
      replies.jobReply,
      replies.queueReply,
      replies.executionError,
      replies.uploadReply,
      replies.names,
      replies.logReply,
      replies.statsReply,
    ];
    const keys = [
      'prompt_id',
      'node_errors',
      'error',
      'outputs',
      'images',
      'status',
      'messages',
      'queue_running',
      'system',
    ];
    await holds(jsonLike(...keys, 'id', 'filename', 'type', 'devices', 'entries'), async (json) => {
      for (const schema of schemas)
        await refusesOnlyWith(['ComfyError'], () => replies.parseReply<unknown>(connection, schema, json, '/x'));
    });
    const ofNodes = jsonLike('input', 'required', 'optional', 'output', 'COMBO', 'options', 'min');
    await holds(fc.dictionary(fc.string(), ofNodes), (json) => {
      const parsed = objectInfo.safeParse(json);
      for (const info of Object.values(parsed.data ?? {})) nodeClassOf(info);
    });
    await connection.close();
  });

  it('as the output of a trainer are lines, the same however they arrive', async () => {
    const linesOf = (pieces: Buffer[]): string[] => {
      const lines: string[] = [];
      const reader = new SegmentReader((line) => lines.push(line));
      for (const piece of pieces) reader.push(piece);
      reader.end();
      return lines;
    };
    await holds(fc.tuple(damaged(Buffer.from(log)), fc.nat(400)), ([bytes, cut]) => {
      const lines = linesOf([bytes]);
      assert.deepEqual(linesOf([bytes.subarray(0, cut), bytes.subarray(cut)]), lines);
      const tail = new LogTail();
      for (const line of lines) {
        tail.add(line);
        readLogLine(line);
        readBar('azit-mina', line);
      }
      assert.ok(tail.lines().length <= lines.length);
    });
  });

  it("as values in a trainer's log of losses are numbers, or left out", async function () {
    const database = await openSqlite(join(folder, 'loss_log.db'), { create: true });
    if (!database) return this.skip();
    database.exec('CREATE TABLE metrics (step, key, value_real)');
    const value = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.string(), fc.constant(null));
    await holds(
      fc.array(fc.tuple(value, value), { maxLength: 5 }),
      async (rows) => {
        database.exec('DELETE FROM metrics');
        for (const row of rows) database.prepare("INSERT INTO metrics VALUES (?, 'val/loss', ?)").run(...row);
        const reader = new ValidationLog(join(folder, 'loss_log.db'));
        for (const { step, loss } of await reader.read()) assert.ok(Number.isFinite(step) && Number.isFinite(loss));
        reader.close();
      },
      { few: 8, share: 0.02 },
    );
    database.close();
  });

  it('as an image are one, or a PictureError; what is written beside its pixels is text, or nothing', async () => {
    const plain = sharp({ create: { width: 70, height: 70, channels: 3, background: '#963' } });
    const png = await plain
      .png()
      .withExif({ IFD0: { Artist: 'somebody' } })
      .toBuffer();
    const jpeg = await plain.jpeg().toBuffer();
    await holds(
      fc.oneof(
        damaged(png),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
      (bytes) => {
        checkImage(bytes);
        graphInPicture(bytes);
      },
    );
    const costly = { few: 20, share: 0.05 };
    await holds(
      fc.oneof(damaged(png), damaged(jpeg)),
      async (bytes) => {
        await refusesOnlyWith(['PictureError'], () => loadPicture(bytes));
        const passed = await handedOn(bytes);
        assert.ok(!passed.bytes.includes('somebody'));
        const { ok } = await checkPicture(await put('picture.bin', bytes));
        assert.equal(typeof ok, 'boolean');
      },
      costly,
    );
  });

  it('as a report are sentences', async () => {
    await mkdir(join(folder, 'report'), { recursive: true });
    const documents = fc.oneof(
      damaged(Buffer.from(JSON.stringify(report))),
      jsonLike(...Object.keys(report), 'path', 'sha256').map((json) => Buffer.from(JSON.stringify(json))),
    );
    await holds(documents, async (bytes) => {
      await put('report/report.json', bytes);
      const { ok, problems } = await verifyReportFolder(join(folder, 'report'));
      assert.ok(!ok && problems.every((problem) => typeof problem === 'string'));
    });
  });

  it('as a record, a state or a lock are what they say, or damaged', async () => {
    const sound = JSON.stringify({
      owner: 1,
      ready: true,
      temporalPort: 1,
      uiPort: 2,
      children: [],
      pid: 3,
      identity: 'x',
    });
    await holds(damaged(Buffer.from(sound)), async (bytes) => {
      await refusesOnlyWith(['ArtifactDamagedError'], () => parseRecord(bytes.toString(), 'records/x.json'));
      const path = await put('state.json', bytes);
      await readState(path);
      await holderOf(path);
    });
    await holds(fc.jsonValue(), (value) =>
      assert.deepEqual(parseRecord(JSON.stringify(value), 'x'), JSON.parse(JSON.stringify(value))),
    );
  });
});
