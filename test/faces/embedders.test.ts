import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { addModels } from '../../src/faces/models/add-models.js';
import { spearman } from '../../src/faces/score/cross-check.js';
import { findEmbedder, licenceNotice } from '../../src/faces/models/embedders.js';
import type { ModelError } from '../../src/faces/models/errors.js';
import { EmbedderError } from '../../src/faces/models/errors.js';
import { ensureModels } from '../../src/faces/index.js';
import { listModels } from '../../src/faces/models/list-models.js';
import { openEmbedder } from '../../src/faces/engine/open-embedder.js';
import { pullEmbedder } from '../../src/faces/models/pull-embedder.js';
import { copyFile } from 'node:fs/promises';
import { faceModels } from '../../src/faces/models/model-files.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { engine, head } from './heads.js';

const description = (more = '') =>
  `name: mine\nfile: ./mine.onnx\nmean: 127\nstd: 128\nchannels: bgr\nthreshold: 0.4\nlicence: {name: MIT, commercial: true}\n${more}`;

/** A folder of face models with the default's files in it. */
async function modelsFolder(): Promise<string> {
  const [from, to] = [await ensureModels(), await temporaryFolder()];
  for (const { name } of faceModels) await copyFile(join(from, name), join(to, name));
  return to;
}

describe('identity: other embedders', function () {
  this.timeout(60_000);
  after(removeTemporaryFolders);

  it('a model described in YAML and added measures as it would built in', async () => {
    const directory = await modelsFolder();
    const own = await temporaryFolder({ 'mine.yaml': description() });
    await copyFile(join(directory, 'fr_feature.onnx'), join(own, 'mine.onnx'));
    await addModels(join(own, 'mine.yaml'), directory);
    const opened = await openEmbedder('mine', { directory });
    const [found, expected] = [
      await opened.engine.measure(await head(3)),
      await (await engine()).measure(await head(3)),
    ];
    assert.deepEqual(found.chosen!.embedding, expected.chosen!.embedding);
    assert.deepEqual([opened.provenance.threshold, opened.provenance.files.length], [0.4, 2]);
    assert.ok((await listModels(directory)).some(({ name, state }) => name === 'mine' && state === 'ready'));
  });

  it('a key that is no key, a wrong template and a name that is taken are each told with the file', async () => {
    const folder = await temporaryFolder({
      'key.yaml': description('meen: 3\n'),
      'deep.yaml': `name: ${'['.repeat(100_000)}`,
      'unfolds.yaml': `a: &a [x, x]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]\n`,
      'five.yaml': description('template: [[1, 2]]\n'),
      'default.yaml': description().replace('mine', 'default'),
      'text.onnx': 'no model',
    });
    for (const [file, words] of [
      ['key.yaml', /key\.yaml: .*meen/],
      ['deep.yaml', /deep\.yaml can't be parsed: it is nested too deeply\.$/],
      ['unfolds.yaml', /unfolds\.yaml is not YAML: .*alias/],
      ['five.yaml', /five\.yaml: 'template'/],
      ['default.yaml', /built-in embedder/],
      ['text.onnx', /not one of the published face models/],
      ['none.onnx', /There is no file/],
    ] as const)
      await assert.rejects(addModels(join(folder, file), folder), (error: Error) => {
        assert.ok(error instanceof EmbedderError, String(error));
        assert.match(error.message, words);
        return true;
      });
  });

  it('weights that may not be used for money are named so; an unknown embedder is told with those there are', async () => {
    assert.match(licenceNotice(await findEmbedder('scrfd+arcface'))!, /non-commercial use only/);
    assert.equal(licenceNotice(await findEmbedder('yunet+sface')), null);
    await assert.rejects(findEmbedder('nix'), /Available: default, yunet\+sface, scrfd\+arcface/);
    const missing = openEmbedder('yunet+sface', { directory: await modelsFolder() });
    await assert.rejects(missing, /face_detection_yunet.* is missing: run `azit models pull yunet\+sface`/);
  });

  it('a server that gives other bytes, or none, leaves nothing in the folder', async () => {
    const directory = await modelsFolder();
    const server = createServer((request, response) => {
      response.statusCode = request.url!.includes('yunet') ? 200 : 404;
      response.end('other bytes');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files`;
    try {
      await assert.rejects(pullEmbedder('yunet+sface', { directory, from }), (error: ModelError) => {
        assert.match(error.message, /is not the published face_detection_yunet/);
        return error.kind === 'wrong-hash';
      });
      await assert.rejects(pullEmbedder('scrfd+arcface', { directory, from }), /answered 404/);
    } finally {
      server.close();
    }
    assert.ok((await listModels(directory)).every(({ name, state }) => (name === 'default') === (state === 'ready')));
  });

  it('ranks that run alike correlate by 1, against each other by -1, ties share theirs', () => {
    assert.equal(spearman([1, 2, 3], [10, 20, 90]), 1);
    assert.equal(spearman([1, 2, 3], [3, 2, 1]), -1);
    assert.equal(spearman([1, 1, 1], [3, 2, 1]), 0);
  });
});
