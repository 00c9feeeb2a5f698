import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createFaceEngine,
  ensureModels,
  faceModels,
  ModelError,
  modelsDirectory,
  pullModels,
  verifyModels,
} from '../../src/faces/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { head } from './heads.js';

const kindIs = (kind: string, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ModelError, String(error));
  assert.equal(error.kind, kind);
  assert.match(error.message, words);
  return true;
};

/** A registry that nobody listens at, for the length of one call. */
async function withoutRegistry<T>(call: () => Promise<T>): Promise<T> {
  const before = process.env.npm_config_registry;
  process.env.npm_config_registry = 'http://127.0.0.1:9/';
  try {
    return await call();
  } finally {
    if (before === undefined) delete process.env.npm_config_registry;
    else process.env.npm_config_registry = before;
  }
}

async function copyOfModels(): Promise<string> {
  const [from, to] = [await ensureModels(), await temporaryFolder()];
  for (const { name } of faceModels) await copyFile(join(from, name), join(to, name));
  return to;
}

describe('identity: model files', function () {
  this.timeout(180_000);
  after(removeTemporaryFolders);

  it('AZIT_MODELS wins over XDG_CACHE_HOME, which wins over the system', () => {
    assert.equal(modelsDirectory({ AZIT_MODELS: '/m', XDG_CACHE_HOME: '/c' }), '/m');
    assert.equal(modelsDirectory({ XDG_CACHE_HOME: '/c' }), join('/c', 'azit', 'models'));
    assert.match(modelsDirectory({}), /azit.models$/);
  });

  it('two first starts at once fetch the same sound files and leave no rubbish', async () => {
    const folder = join(await temporaryFolder(), 'not', 'there', 'yet');
    const said: string[] = [];
    await Promise.all([
      ensureModels({ directory: folder, onProgress: (sentence) => said.push(sentence) }),
      pullModels({ directory: folder }),
    ]);
    assert.ok((await verifyModels(folder)).every(({ state }) => state === 'sound'));
    assert.deepEqual((await readdir(folder)).sort(), faceModels.map(({ name }) => name).sort());
    assert.match(said[0], /Downloading the face models/);
  });

  it('a file of the wrong content is refused, naming file, both hashes and the cure; it is not overwritten', async () => {
    const folder = await copyOfModels();
    const path = join(folder, 'fr_pose.onnx');
    await writeFile(path, 'something else');
    const names = /fr_pose\.onnx.*[0-9a-f]{64}.*72d032ec941b.*azit models pull/;
    await assert.rejects(ensureModels({ directory: folder }), kindIs('wrong-hash', names));
    assert.equal(await readFile(path, 'utf8'), 'something else');
    await pullModels({ directory: folder });
    assert.ok((await verifyModels(folder)).every(({ state }) => state === 'sound'));
  });

  it('sound files need no registry; missing ones and no registry is one sentence with the cure', async () => {
    const folder = await copyOfModels();
    assert.equal(await withoutRegistry(() => ensureModels({ directory: folder })), folder);
    const empty = await temporaryFolder();
    assert.ok((await verifyModels(empty)).every(({ state }) => state === 'missing'));
    await assert.rejects(
      withoutRegistry(() => pullModels({ directory: empty })),
      kindIs('unreachable', /registry can't be reached.*ECONNREFUSED.*azit models pull/),
    );
    assert.deepEqual(await readdir(empty), []);
  });

  it('a folder that is a file is refused in words', async () => {
    const folder = await temporaryFolder({ models: 'a file' });
    await assert.rejects(pullModels({ directory: join(folder, 'models', 'deeper') }), ModelError);
  });

  it('a model that is no model is told by its path', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'fr_detect.onnx'), 'no model');
    const broken = await createFaceEngine({ modelsDir: folder });
    await assert.rejects(broken.measure(await head(3)), kindIs('unusable', /fr_detect\.onnx can't be loaded/));
  });
});
