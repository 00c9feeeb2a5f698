// Starts a run from TypeScript, follows it, and writes its report and LoRA. It works with any Temporal:
//   azit up                                    # in one terminal; paste the `export` lines that it prints into the other
//   npx tsx examples/start-run.ts [PROJECT] [REPORT FOLDER]
import { AzitClient } from 'azit';

const [project = 'examples/demo.yaml', folder] = process.argv.slice(2);

const client = await AzitClient.connect();
const run = await client.start(project);
console.log(`run ${run.runId}`);

const outcome = await run.wait({
  onUpdate: ({ status }) => {
    const training = status.training ? `, step ${status.training.step} of ${status.training.steps}` : '';
    console.log(`${status.stage ?? 'starting'}: ${status.state}${training}`);
  },
});

if (outcome.kind === 'completed') {
  const { chosenStep } = outcome.result;
  console.log(chosenStep === null ? 'no checkpoint was chosen' : `chosen checkpoint: ${chosenStep}`);
  const { html } = await run.report(folder ?? `azit-report-${run.runId}`);
  console.log(html);
  // If no checkpoint beats the baseline, none is chosen; `run.export({ step })` exports any of them.
  const lora = await run.export().catch((error: Error) => console.error(error.message));
  if (lora) console.log(lora.directory);
} else {
  console.error(outcome.kind === 'failed' ? outcome.reason : 'cancelled');
  process.exitCode = 1;
}
await client.close();
