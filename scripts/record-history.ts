// Keeps the histories of a finished run for the replay test: npx tsx scripts/record-history.ts AZIT_HOME RUN_ID NAME
import { Client, Connection } from '@temporalio/client';
import { embeddedHome, Embedded } from '../src/embedded/index.js';
import { sweepWorkflowIdOf, workflowIdOf } from '../src/project/names.js';
import { keepHistory } from './keep-history.js';

const [, , home, runId, name] = process.argv;
process.env.AZIT_HOME = home;
const embedded = await Embedded.open({ home: embeddedHome(), needs: 'server', notify: console.error });
try {
  const connection = await Connection.connect({ address: embedded.address });
  const client = new Client({ connection });
  await keepHistory(client, workflowIdOf(runId), `${name}-pipeline`);
  await keepHistory(client, sweepWorkflowIdOf(runId), `${name}-sweep`);
  await connection.close();
} finally {
  await embedded.close();
}
