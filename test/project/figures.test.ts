import assert from 'node:assert/strict';
import { apart, atLeast, signed } from '../../src/text/figures.js';

describe('spec: figures that stand beside each other', () => {
  it('a lower bound is not rounded up beyond what is sure', () => {
    assert.deepEqual(
      [atLeast(0.1479), atLeast(0.1479, 2), atLeast(0.3 - 0.1), atLeast(-0.0001)],
      ['0.147', '0.14', '0.200', '-0.001'],
    );
    assert.equal(atLeast(95.9, 0), '95');
  });

  it('a value short of its limit does not read like the limit', () => {
    assert.deepEqual(apart(0.3696, 0.37, 2), ['0.3696', '0.37']);
    assert.deepEqual(apart(0.2339, 0.23437, 2), ['0.2339', '0.2344']);
    assert.deepEqual(apart(0.2, 0.37, 2), ['0.20', '0.37']);
    assert.deepEqual(apart(20.3, 20, 0), ['20.3', '20']);
    assert.deepEqual(apart(0.37, 0.37, 2), ['0.37', '0.37']);
  });

  it('nothing is neither gained nor lost', () => {
    assert.deepEqual(
      [signed(-0.0004, 3), signed(0.0004, 3), signed(-0.1, 3), signed(0.1, 3)],
      ['0.000', '0.000', '-0.100', '+0.100'],
    );
  });
});
