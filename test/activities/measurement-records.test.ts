import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withMemory } from '../../src/activities/measurement-records.js';
import { FolderStore } from '../../src/artifacts/folder-store.js';
import { measureCached, openEmbedder, type NamedPicture, type OpenedEmbedder } from '../../src/faces/index.js';
import { beside, head } from '../faces/heads.js';
import { temporaryFolder } from '../support/folder.js';

const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('measurements kept in the store', function () {
  this.timeout(120_000);
  let folder: string;
  let opened: OpenedEmbedder;
  let bytes: Buffer;
  let picture: NamedPicture;
  /** As another process, or a later run: with the store, and nothing in memory. */
  const later = (embedder = opened) => withMemory(embedder, new FolderStore(join(folder, 'store'))).engine;
  const unread = (): NamedPicture => ({
    key: 'pair',
    sha256: sha256Of(bytes),
    source: () => Promise.reject(new Error('was read')),
  });

  beforeEach(async () => {
    folder = await temporaryFolder();
    opened = await openEmbedder('default');
    bytes = await beside(head(3), await head(8, 'yaw 30'));
    picture = { key: 'pair', source: bytes };
  });

  it('an image is measured once for all runs, and comes back bit for bit', async () => {
    const first = await measureCached(later(), picture);
    assert.equal(first.face?.faces, 2);
    assert.deepEqual(await measureCached(later(), unread()), first);
  });

  it('other files, input or detector of the embedder: measured anew', async () => {
    await measureCached(later(), picture);
    const { provenance, embedder } = opened;
    const [file, ...files] = provenance.files;
    const other = { ...opened, provenance: { ...provenance, files: [{ ...file, sha256: '0'.repeat(64) }, ...files] } };
    await assert.rejects(measureCached(later(other), unread()), /was read/);
    const input = { ...embedder.embedding.input, size: 96 };
    const smaller = { ...opened, embedder: { ...embedder, embedding: { ...embedder.embedding, input } } };
    await assert.rejects(measureCached(later(smaller), unread()), /was read/);
  });

  for (const [what, text] of [
    ['torn', '{"width": 76'],
    ['of something else', '{"width": 768, "height": 474}'],
  ])
    it(`a record that is ${what} costs a measurement and no more`, async () => {
      const first = await measureCached(later(), picture);
      const records = join(folder, 'store', 'records', 'measurements');
      const [name] = (await readdir(records, { recursive: true })).filter((path) => path.includes(sha256Of(bytes)));
      await writeFile(join(records, name), text);
      await assert.rejects(measureCached(later(), unread()), /was read/);
      assert.deepEqual(await measureCached(later(), picture), first);
    });
});
