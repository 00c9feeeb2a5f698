// Keeps the histories of a finished run for the replay test: npx tsx scripts/record-history.ts AZIT_HOME RUN_ID NAME
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { embeddedHome, Embedded } from '../src/embedded/index.js';
import { sweepWorkflowIdOf, workflowIdOf } from '../src/project/names.js';

const [, , home, runId, name] = process.argv;
process.env.AZIT_HOME = home;
const embedded = await Embedded.open({ home: embeddedHome(), needs: 'server', notify: console.error });
try {
  const connection = await Connection.connect({ address: embedded.address });
  const client = new Client({ connection });
  for (const [kind, workflowId] of [
    ['pipeline', workflowIdOf(runId)],
    ['sweep', sweepWorkflowIdOf(runId)],
  ]) {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    const json = JSON.stringify({ workflowId, history: JSON.parse(historyToJSON(history)) });
    const path = new URL(`../test/histories/${name}-${kind}.json.gz`, import.meta.url);
    writeFileSync(path, gzipSync(json, { level: 9 }));
    console.log(`${path.pathname}: ${history.events?.length} events, ${json.length} bytes as JSON`);
  }
  await connection.close();
} finally {
  await embedded.close();
}
