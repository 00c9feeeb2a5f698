import assert from 'node:assert/strict';
import { unlink } from 'node:fs/promises';
import path from 'node:path';
import { until, type Json } from './client.js';
import { newPrefix, newSeed, own, plainGraph, samplerGraph, saveNode } from './graphs.js';
import { describeContract } from './server.js';

describeContract('what is cached', (server) => {
  const cachedNodes = (entry: Json): string[] =>
    [...entry.status.messages.find(([event]: [string]) => event === 'execution_cached')[1].nodes].sort();

  it('the same graph again: same file, all nodes named, nothing run, with a client id and without', async () => {
    for (const more of [{}, { client_id: 'somebody' }]) {
      const graph = plainGraph();
      const [first, second] = [await server().run(graph, more), await server().run(graph, more)];
      assert.deepEqual(cachedNodes(first), []);
      assert.deepEqual(second.outputs, first.outputs);
      assert.deepEqual(cachedNodes(second), ['1', '2']);
    }
  });

  it('node ids do not matter, and unchanged parents are reused', async () => {
    const graph = samplerGraph(server().checkpoint, { seed: newSeed() });
    await server().run(graph);
    const entry = await server().run({ ...graph, '7': saveNode(['6', 0]) });
    assert.deepEqual(cachedNodes(entry), ['1', '2', '3', '4', '5', '6']);
    const renamed = { a: plainGraph(newPrefix(), 0x123456)['1'], b: saveNode(['a', 0]) };
    await server().run({ x: renamed.a, y: saveNode(['x', 0]) });
    assert.deepEqual(cachedNodes(await server().run(renamed)), ['a']);
  });

  it('loaders and texts stay cached from one render to the next, the sampler with another seed does not', async () => {
    await server().run(samplerGraph(server().checkpoint, { seed: newSeed() }));
    const entry = await server().run(samplerGraph(server().checkpoint, { seed: newSeed() }));
    assert.deepEqual(cachedNodes(entry), ['1', '2', '3', '4']);
  });

  it('A, B, A runs A again: only the previous prompt stays cached', async () => {
    const [a, b] = [plainGraph(), plainGraph()];
    const first = await server().run(a);
    await server().run(b);
    const again = await server().run(a);
    assert.deepEqual(cachedNodes(again), []);
    assert.equal(
      first.outputs['2'].images[0].filename.replace('00001', '00002'),
      again.outputs['2'].images[0].filename,
    );
  });

  it('/free makes the same graph run again into a new file', async () => {
    const graph = plainGraph(`${own}/free/x`);
    await server().run(graph);
    const reply = await server().post('/free', { unload_models: true, free_memory: true });
    assert.deepEqual([reply.status, await reply.text(), reply.headers.get('content-type')], [200, '', null]);
    // It is done between prompts: one that is posted at once may be quicker.
    const entry = await until(async () => {
      await server().post('/free', { free_memory: true });
      const again = await server().run(graph);
      return cachedNodes(again).length === 0 && again;
    });
    assert.equal(entry.outputs['2'].images[0].filename, 'x_00002_.png');
  });

  it('a file deleted behind the cache: history says success and names it, /view says 404', async function () {
    const { outputDir } = server().place;
    if (outputDir === null) this.skip();
    const graph = plainGraph(`${own}/gone/x`);
    await server().run(graph);
    await unlink(path.join(outputDir, own, 'gone/x_00001_.png'));
    const entry = await server().run(graph);
    assert.equal(entry.status.status_str, 'success');
    const [image] = entry.outputs['2'].images;
    assert.equal(image.filename, 'x_00001_.png');
    assert.equal((await server().view(image)).status, 404);
  });
});
