import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { workerSettings } from '../../src/cli/worker-settings.js';
import { embeddedHome } from '../../src/embedded/index.js';
import { serverEnvironment } from '../../src/embedded/temporal-arguments.js';
import { temporaryFolder } from '../support/folder.js';
import { Program } from '../support/program.js';

/** Starts the embedded server twice on the same home, as two commands one after another do. */
async function startTwice(root: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  for (let start = 1; start <= 2; start++) {
    const owner = new Program('test/embedded/programs/owning.ts', [root], env);
    await owner.says(/owner 127\.0\.0\.1:\d+/);
    owner.child.stdin?.end();
    assert.equal(await owner.ended, 0, owner.output);
  }
}

describe('the embedded default in odd places', function () {
  this.timeout(120_000);

  it('keeps its database in its own folder, whatever characters its path has', async () => {
    const folder = await temporaryFolder();
    const name = `-rf #1 ?a=b&%41 'it' "q" $HOME \`x\` ü 顔\nline`;
    const home = embeddedHome(join(folder, name, '.azit'));
    await mkdir(home.root, { recursive: true });
    await startTwice(home.root);
    assert.deepEqual(await readdir(folder), [name]);
    assert.ok((await readdir(home.root)).includes('temporal.db'));
  });

  it("keeps a trainer's files where its log can name them: a line break in the folder's name would end the line", () => {
    const { root, work } = embeddedHome('/photos/face\none/.azit');
    assert.equal(root, '/photos/face\none/.azit');
    assert.doesNotMatch(work, /\n/);
    assert.notEqual(work, embeddedHome('/photos/face\ntwo/.azit').work);
    assert.throws(
      () => workerSettings({ role: ['train'], trainerCommand: '["x"]', workDir: 'a\nb' }, {}),
      /"[^"]*a\\nb" has a line break, .* give another with --work-dir/,
    );
  });

  it('cuts a model folder of --model-file at a line break, which stands between files only in the environment', () => {
    const train = { role: ['train'], trainerCommand: '["x"]', family: ['sd3'] };
    const odd = "/o dd #1 %20 'q' & 한글\nline/model";
    assert.deepEqual(workerSettings({ ...train, modelFile: [`base=${odd}`] }, {}).modelFiles, { base: odd });
    const { modelFiles } = workerSettings(train, { AZIT_MODEL_FILES: 'base=/a b\nsd3.checkpoint=c' });
    assert.deepEqual(modelFiles, { base: '/a b', 'sd3.checkpoint': 'c' });
  });

  it("gives Temporal's server a user and a home where a container's uid has none: Go ends without", () => {
    const home = embeddedHome('/somewhere/.azit');
    const bare = serverEnvironment(home, { USER: '' });
    assert.deepEqual([bare.USER, bare.HOME], ['azit', home.root]);
    const own = serverEnvironment(home, { USER: 'ann', HOME: '/home/ann' });
    assert.deepEqual([own.USER, own.HOME], ['ann', '/home/ann']);
  });
});
