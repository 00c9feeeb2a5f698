import assert from 'node:assert/strict';
import { modelsOf } from '../../src/report/graph/models.js';
import { parseGraph } from '../../src/report/graph/parse.js';

describe('a graph in a report that no person made', () => {
  const nodeWith = (inputs: string): Buffer => Buffer.from(`{"1": {"class_type": "A", "inputs": {${inputs}}}}`);

  it('nested without end, or with 200,000 links at one node, is not drawn and ends no stack', () => {
    const deep = nodeWith(`"a": ${'['.repeat(1e5)}${']'.repeat(1e5)}`);
    const wide = nodeWith(Array.from({ length: 200_000 }, (_, index) => `"i${index}": ["1", 0]`).join());
    assert.equal(parseGraph(deep), null);
    assert.deepEqual(modelsOf(deep), []);
    assert.equal(parseGraph(wide), null);
    assert.equal(parseGraph(nodeWith('"a": "b"'))?.length, 1);
  });
});
