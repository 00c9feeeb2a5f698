import assert from 'node:assert/strict';
import { childEnvironment } from '../../src/machine/environment.js';

describe('machine: the environment of our children', () => {
  it('a debugger of the person does not hold a child, and other options of Node stay', () => {
    const options = '--inspect-brk=9229 --max-old-space-size=4096 --inspect --inspect-port=0 --require ./ca.cjs';
    const { NODE_OPTIONS } = childEnvironment({ NODE_OPTIONS: options });
    assert.equal(NODE_OPTIONS, '--max-old-space-size=4096 --require ./ca.cjs');
  });

  it('calls between our own programs go through no proxy, whatever NO_PROXY names', () => {
    assert.equal(childEnvironment({ no_proxy: 'corp.example' }).NO_PROXY, 'corp.example,localhost,127.0.0.1,::1');
    assert.equal(childEnvironment({}).no_proxy, 'localhost,127.0.0.1,::1');
  });

  it('half a configuration of Temporal reaches no child', () => {
    const kept = childEnvironment({ TEMPORAL_NAMESPACE: 'mine', TEMPORAL_API_KEY: 'secret', LANG: 'C' });
    assert.deepEqual(
      Object.keys(kept).filter((name) => name.startsWith('TEMPORAL_')),
      [],
    );
    assert.equal(kept.LANG, 'C');
  });
});
