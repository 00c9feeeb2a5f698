import assert from 'node:assert/strict';
import { join } from 'node:path';
import { listProcesses } from '../../src/machine/processes.js';
import { azit } from '../support/command.js';
import { temporaryFolder } from '../support/folder.js';

const project = 'name: mina\nanchor: { prompt: a woman, candidates: 1 }\n';

describe('a machine that is not fit', function () {
  this.timeout(60_000);

  it('because a face model has the wrong hash gets a sentence and exit code 4, and nothing stays running', async () => {
    const folder = await temporaryFolder({ 'azit.yaml': project, 'models/fr_pose.onnx': 'another model' });
    // The proxy leads nowhere: the way to the embedded server must not go through it.
    const env = { AZIT_MODELS: join(folder, 'models'), https_proxy: 'http://127.0.0.1:1' };
    const end = await azit(folder, ['run', 'azit.yaml'], env);
    assert.equal(end.code, 4, end.stderr);
    assert.match(end.stderr, /fr_pose\.onnx is not the expected one: .*`azit models pull`/);
    const left = (await listProcesses()).filter(({ command }) => command.includes(join(folder, '.azit')));
    assert.deepEqual(left, []);
  });

  it('because no Temporal server can be had gets a sentence with each reason and exit code 4', async () => {
    const folder = await temporaryFolder({ 'azit.yaml': project });
    const proxy = 'http://127.0.0.1:1';
    const env = { PATH: folder, XDG_CACHE_HOME: join(folder, 'cache'), HTTPS_PROXY: proxy, https_proxy: proxy };
    const end = await azit(folder, ['run', 'azit.yaml'], env);
    assert.equal(end.code, 4, end.stderr);
    assert.match(end.stderr, /could not be downloaded: there is no Python 3 on the PATH.*TEMPORAL_ADDRESS/);
  });

  it('because its artifact store is of an unknown kind gets a sentence and exit code 2', async () => {
    const folder = await temporaryFolder({ 'azit.yaml': project });
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', AZIT_STORE: 'ftp://host/store' };
    const end = await azit(folder, ['worker', '--role', 'pipeline'], env);
    assert.equal(end.code, 2, end.stderr);
    assert.match(end.stderr, /^The artifact store 'ftp:.*s3:\/\/bucket\/prefix\.\nfix: .*\n$/);
  });

  it('because no Temporal server answers its worker gets a sentence and exit code 4', async () => {
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const end = await azit(await temporaryFolder(), ['worker', '--role', 'pipeline'], env);
    assert.equal(end.code, 4, end.stderr);
    assert.match(end.stderr, /^No Temporal server responds at 127\.0\.0\.1:1\.\nfix: .*TEMPORAL_ADDRESS\.\n$/);
  });

  it('because its artifact store does not answer gets a sentence and exit code 4', async () => {
    const folder = await temporaryFolder();
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'x', AWS_MAX_ATTEMPTS: '1' };
    const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    const end = await azit(folder, ['doctor'], {
      ...env,
      ...keys,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      AZIT_STORE: 's3://a/b',
    });
    assert.equal(end.code, 4, end.stderr);
    assert.match(end.stdout, /missing {2}artifact store: .*s3:\/\/a\/b gave an unexpected response/);
  });
});
