import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqlite } from '../../src/sqlite/open.js';
import { isAlive, rogueCommand, Studio } from './studio.js';

describe('a training that is to stop after saving', () => {
  let root: Studio;
  before(async () => {
    root = await Studio.open();
  });
  after(() => root.close());

  it('saves between two scheduled saves, ends, and goes on from there to the bytes of an undisturbed run', async () => {
    const studio = await root.sibling('left');
    const stop = new AbortController();
    const asked = join(studio.folder, 'asked');
    let pid = 0;
    const attempt = studio.attempt({
      plan: { steps: 200, saveEvery: 100 },
      command: rogueCommand(' 20/201 ', 'nothing', { awaits: asked }),
      saveAndStop: stop.signal,
      onProgress: ({ step }) => {
        // The bar may be painted with the old loss first, which is no advance.
        if (step < 19 || pid) return;
        pid = studio.lockedPid();
        stop.abort(new Error('cancelled'));
        writeFileSync(asked, '');
      },
    });
    assert.equal((await attempt).kind, 'stopped');
    assert.ok(!isAlive(pid));
    const [step, ...others] = studio.published.keys();
    assert.deepEqual(others, []);
    assert.ok(step >= 19 && step % 100 !== 0, `saved at ${step}`);
    assert.ok(studio.newestPoint());
    assert.equal((await studio.attempt({ plan: { steps: 200, saveEvery: 100 } })).kind, 'completed');
    const calm = await root.sibling('calm');
    assert.equal((await calm.attempt({ plan: { steps: 200, saveEvery: 100 } })).kind, 'completed');
    const { [step]: _, ...scheduled } = studio.hashes();
    assert.deepEqual(scheduled, calm.hashes());
  });

  it('saves no step beyond its last one, where it is cancelled as that is saved', async () => {
    const studio = await root.sibling('last');
    const stop = new AbortController();
    const asked = join(studio.folder, 'asked');
    const { kind } = await studio.attempt({
      command: rogueCommand('Saving at step 45', 'nothing', { awaits: asked }),
      saveAndStop: stop.signal,
      onProgress: ({ phase, step }) => {
        if (phase !== 'saving' || step <= 30) return;
        stop.abort(new Error('cancelled'));
        writeFileSync(asked, '');
      },
    });
    assert.ok(kind === 'stopped' || kind === 'completed', kind);
    assert.deepEqual([...studio.published.keys()], [15, 30, 45]);
  });

  it('takes no step beyond its last one, where somebody asks the trainer for a save', async () => {
    const studio = await root.sibling('beyond');
    const asked = join(studio.folder, 'asked');
    const attempt = studio.attempt({
      command: rogueCommand('Saving at step 45', 'nothing', { awaits: asked }),
      onProgress: ({ phase, step }) => {
        if (phase !== 'saving' || step <= 30 || existsSync(asked)) return;
        void (async () => {
          const database = await openSqlite(sideChannelOf(studio.folder));
          database?.exec('UPDATE Job SET save_now = 1');
          database?.close();
          writeFileSync(asked, '');
        })();
      },
    });
    assert.equal((await attempt).kind, 'completed');
    assert.deepEqual([...studio.published.keys()], [15, 30, 45]);
  });

  it('ends at once where no step is made yet: there is nothing to save', async () => {
    const studio = await root.sibling('early');
    const stop = new AbortController();
    const attempt = studio.attempt({
      command: rogueCommand('Running  1 process', 'stop'),
      saveAndStop: stop.signal,
      onProgress: ({ phase }) => {
        if (phase === 'loading') stop.abort(new Error('cancelled'));
      },
    });
    assert.equal((await attempt).kind, 'stopped');
    assert.equal(studio.published.size, 0);
  });
});

/** The database between us and the trainer, by the config of the attempt. */
function sideChannelOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const config = names.find((name) => name.endsWith('config.json'));
  const [, path] = /"sqlite_db_path":\s*"([^"]+)"/.exec(readFileSync(join(folder, config ?? ''), 'utf8')) ?? [];
  assert.ok(path);
  return path;
}
