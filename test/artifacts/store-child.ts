import { openStore } from '../../src/artifacts/store.js';

/** A writer in a process of its own: `store-child.ts LOCATION`, orders and replies as JSON messages. */
export type Order = { putFile: string } | { putRecords: { keys: string[]; value: string } } | { putBytes: string };

const store = await openStore(process.argv[2]);
const png = { name: 'a.png', mediaType: 'image/png' };

async function obey(order: Order): Promise<unknown> {
  if ('putFile' in order) return await store.putFile(order.putFile, png);
  if ('putBytes' in order) return await store.putBytes(Buffer.from(order.putBytes), png);
  const { keys, value } = order.putRecords;
  return await Promise.all(keys.map((key) => store.putRecord(key, value)));
}

process.on('message', (order: Order) => {
  obey(order).then(
    (reply) => process.send?.({ reply }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.send?.({ reply: 'ready' });
