import assert from 'node:assert/strict';
import { join } from 'node:path';
import { outFolder } from '../../src/cli/out-folder.js';
import { verifyCommand } from '../../src/cli/verify.js';
import { temporaryFolder } from '../support/folder.js';

describe('folders that a command is given', () => {
  it('--out that is a file, or lies in one, is refused before any work', async () => {
    const folder = await temporaryFolder({ file: 'x' });
    for (const out of ['file', 'file/deeper/still'])
      await assert.rejects(
        outFolder(join(folder, out)),
        /^UsageError: --out .* needs a folder, but .*file is a file\.$/,
      );
    assert.equal(await outFolder(join(folder, 'not', 'there')), join(folder, 'not', 'there'));
  });

  it('--out that lets nobody make a file is refused before any work, also for root', async function () {
    if (process.platform !== 'linux') this.skip();
    await assert.rejects(outFolder('/proc/nope'), /^UsageError: --out .* can't be written: \/proc takes no new files/);
  });

  it('verify of what is no report is wrong usage, not a damaged report', async () => {
    const folder = await temporaryFolder({ 'notes.txt': 'x' });
    for (const place of [folder, join(folder, 'nowhere'), join(folder, 'notes.txt')])
      await assert.rejects(verifyCommand(place, {}), /^UsageError: There is no report in /);
  });
});
