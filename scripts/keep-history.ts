import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** Where the replay test finds it. */
export async function keepHistory(client: Client, workflowId: string, name: string): Promise<void> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const json = JSON.stringify({ workflowId, history: JSON.parse(historyToJSON(history)) });
  const path = new URL(`../test/histories/${name}.json.gz`, import.meta.url);
  writeFileSync(path, gzipSync(json, { level: 9 }));
  console.log(`${path.pathname}: ${history.events?.length} events, ${json.length} bytes as JSON`);
}
