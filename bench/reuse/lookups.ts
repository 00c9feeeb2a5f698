import { createHash } from 'node:crypto';
import { RenderRecords } from '../../src/activities/render-records.js';
import { FolderStore } from '../../src/artifacts/folder-store.js';
import type { RenderItem } from '../../src/run/contracts.js';

/** Seconds to find `count` images that some run has rendered; every tenth one has bytes of its own. */
export async function lookups(folder: string, count: number): Promise<number> {
  const store = new FolderStore(folder);
  const records = new RenderRecords(store);
  const keys = new Map<RenderItem, string>();
  const graph = await store.putBytes(Buffer.from('{}'), { name: 'graph.json', mediaType: 'application/json' });
  for (let index = 0; index < count; index += 1) {
    const item = { key: `image-${index}`, prompt: 'a woman', seed: index };
    const bytes = Buffer.alloc(1000, index % Math.ceil(count / 10));
    const image = await store.putBytes(bytes, { name: `${item.key}.png`, mediaType: 'image/png' });
    const key = createHash('sha256').update(item.key).digest('hex');
    await store.putRecord(`renders/${key.slice(0, 2)}/${key}-1`, { ...item, image, graph, promptId: item.key });
    keys.set(item, key);
  }
  const began = performance.now();
  const { size } = await records.known(keys);
  if (size !== count) throw new Error(`${size} of ${count} records were found.`);
  return (performance.now() - began) / 1000;
}
