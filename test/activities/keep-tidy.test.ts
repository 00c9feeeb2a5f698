import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createReleaseActivities, keepTidy } from '../../src/activities/loras.js';
import { openStore } from '../../src/artifacts/store.js';
import { createComfyClient } from '../../src/comfyui/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';

describe('a render worker that tidies its server', () => {
  after(() => removeTemporaryFolders());

  it('says that LoRAs can not be taken away, before they fill the disk', async () => {
    const folder = await temporaryFolder();
    const file = `step-10-${'a'.repeat(12)}.safetensors`;
    const sha256 = 'a'.repeat(64);
    // A folder in its place: not to be read, not to be removed.
    await mkdir(join(folder, 'azit', file), { recursive: true });
    await mkdir(join(folder, 'azit', '.users'));
    await writeFile(
      join(folder, 'azit', '.users', `${file}@b.json`),
      JSON.stringify({ file, sha256, user: 'mina/sweep' }),
    );
    const store = await openStore(join(folder, 'store'));
    const comfy = createComfyClient({ baseUrl: 'http://127.0.0.1:9', lorasDir: folder });
    const stop = new AbortController();
    try {
      await createReleaseActivities({ store }).releaseLoras({ user: 'mina/sweep' });
      const said = await new Promise<string>((resolve) => {
        const logger = { debug: () => {}, info: () => {}, warn: (_: object, message: string) => resolve(message) };
        keepTidy(comfy, store, join(folder, 'work'), logger, stop.signal);
      });
      assert.match(
        said,
        /^could not remove LoRAs that no run needs from http:\/\/127\.0\.0\.1:9: .*safetensors is a folder, not a file/,
      );
    } finally {
      stop.abort();
      await comfy.close();
    }
  });
});
