import { AzitClient } from '../../../src/client/index.js';

/** Prunes a store and stands still at a point: `prune-store.ts ADDRESS STORE ENDED-BEFORE-MS POINT`. */
const [address, store, endedBeforeMs, point] = process.argv.slice(2);
const client = await AzitClient.connect({ store, temporal: { address } });
await client.prune({
  olderThanMs: Date.now() - Number(endedBeforeMs),
  onStep: async (step) => {
    if (step !== point) return;
    console.log(`at ${step}`);
    await new Promise(() => setInterval(() => undefined, 60_000));
  },
});
await client.close();
