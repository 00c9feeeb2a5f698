import assert from 'node:assert/strict';
import { joinServers, mixedServersWords, sweepServers } from '../../src/run/render-server.js';

const old = { version: '0.3.64', flags: ['--cpu'] };
const newer = { version: '0.33.0', flags: ['--cpu'] };

describe('the servers that rendered a sweep', () => {
  it('one that an earlier attempt knew by its name only is counted twice', () => {
    assert.deepEqual(joinServers([{ version: '0.33.0' }], [newer, { version: '0.33.0' }]), [newer]);
    assert.deepEqual(joinServers([old], [newer, old]), [old, newer]);
  });

  it('two versions, or two settings of one, are taken for one server', () => {
    const sets = [
      { step: 40, servers: [newer] },
      { step: null, servers: [old] },
      { step: 20, servers: [old, newer] },
      { step: 60 },
    ];
    assert.deepEqual(sweepServers(sets), [
      { ...old, checkpoints: [null, 20] },
      { ...newer, checkpoints: [20, 40] },
    ]);
    assert.match(
      mixedServersWords([newer, { ...newer, flags: ['--cpu', '--fast'] }])!,
      /^Warning: 2 versions or settings .*: ComfyUI 0\.33\.0 --cpu; ComfyUI 0\.33\.0 --cpu --fast\./,
    );
    assert.equal(mixedServersWords([newer]), null);
  });
});
