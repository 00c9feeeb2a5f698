import assert from 'node:assert/strict';
import { join } from 'node:path';
import { listProcesses } from '../../src/embedded/processes.js';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';

const project = 'name: mina\nanchor: { prompt: a woman, candidates: 1 }\n';

describe('a machine that is not fit', function () {
  this.timeout(60_000);

  it('because a face model has the wrong hash gets a sentence and exit code 4, and nothing stays running', async () => {
    const folder = await temporaryFolder({ 'azit.yaml': project, 'models/fr_pose.onnx': 'another model' });
    const end = await azit(folder, ['run', 'azit.yaml'], { AZIT_MODELS: join(folder, 'models') });
    assert.equal(end.code, 4, end.stderr);
    assert.match(end.stderr, /fr_pose\.onnx is not the one expected: .*`azit models pull`/);
    const left = (await listProcesses()).filter(({ command }) => command.includes(join(folder, '.azit')));
    assert.deepEqual(left, []);
  });

  it('because no Temporal server can be had gets a sentence with each reason and exit code 4', async () => {
    const folder = await temporaryFolder({ 'azit.yaml': project });
    const proxy = 'http://127.0.0.1:1';
    const env = { PATH: folder, XDG_CACHE_HOME: join(folder, 'cache'), HTTPS_PROXY: proxy, https_proxy: proxy };
    const end = await azit(folder, ['run', 'azit.yaml'], env);
    assert.equal(end.code, 4, end.stderr);
    assert.match(end.stderr, /no Python 3 on the PATH; the download .* failed .*TEMPORAL_ADDRESS/);
  });
});
