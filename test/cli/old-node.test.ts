import assert from 'node:assert/strict';
import { join } from 'node:path';
import { execa } from 'execa';
import { temporaryFolder } from '../support/folder.js';

describe('an old Node', () => {
  for (const version of ['18.20.8', '20.0.0', '20.18.3'])
    it(`${version} gets one sentence from every command, and no stack`, async () => {
      const folder = await temporaryFolder({
        'old.cjs': `Object.defineProperty(process.versions, 'node', { value: '${version}' });`,
      });
      const words = [[], ['--help'], ['plan', 'azit.yaml'], ['status'], ['score', '--reference', 'a', '--images', 'b']];
      for (const command of words) {
        const arguments_ = ['--require', join(folder, 'old.cjs'), 'bin/azit.js', ...command];
        const { exitCode, stdout, stderr } = await execa(process.execPath, arguments_, { reject: false });
        assert.deepEqual([exitCode, stdout], [2, '']);
        assert.match(stderr, /^AZIT needs Node 20\.19 or later; this is \S+ \(.*\)\.$/);
      }
    });
});
