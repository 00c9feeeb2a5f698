import { AzitClient } from '../../../src/client/index.js';

/** Removes a run and stands still at a point: `remove-run.ts ADDRESS STORE ID POINT`. */
const [address, store, id, point] = process.argv.slice(2);
const client = await AzitClient.connect({ store, temporal: { address } });
await client.remove(id, {
  onStep: async (step) => {
    if (step !== point) return;
    console.log(`at ${step}`);
    await new Promise(() => setInterval(() => undefined, 60_000));
  },
});
await client.close();
