import { patched } from '@temporalio/workflow';
import type { AuditDatasetInput } from '../../run/contracts.js';
import { HelpNeeded } from '../explain.js';
import type { Run } from '../run.js';

/** All are in the report's timeline. */
const mostSaid = 5;

/** What AZIT renders in one setting, it can render in many. */
const varyWords = 'audit: with dataset.vary: true, AZIT renders stage 04 in other clothes, places and lights';

/**
 * Before the training: what almost every image shares, and so would be learnt with the trigger. Told by default; with
 * `dataset.audit: stop` the run waits once, and goes on when a person resumes it.
 */
export async function auditStage(run: Run, images: AuditDatasetInput['images']): Promise<void> {
  const { dataset, trigger } = run.input.project;
  if (dataset.audit === 'off') return;
  const audited = () =>
    run.activities.identity.auditDataset.executeWithOptions({ summary: `audit ${images.length} training images` }, [
      { trigger, images },
    ]);
  const { findings, brief } = await audited().catch(async (error: unknown) => {
    // Runs that began before failed.
    if (!patched('audit-asks')) throw error;
    return await run.withHelp('05-training', failedFirst(error, audited));
  });
  for (const finding of findings) run.record.note('05-training', 'decision', `audit: ${finding}`);
  const isOwn = run.input.datasetImages !== undefined;
  const said = isOwn ? findings : (brief ?? findings);
  const words = isOwn || dataset.vary ? [] : [varyWords];
  run.record.findings.set('audit', said.length > 0 ? [...said.map((finding) => `audit: ${finding}`), ...words] : []);
  if (findings.length === 0) return;
  run.show();
  if (dataset.audit !== 'stop') return;
  let isSeen = false;
  await run.withHelp('05-training', () => {
    if (isSeen) return Promise.resolve();
    isSeen = true;
    const more = said.length > mostSaid ? ` ${said.length - mostSaid} more are in the report.` : '';
    const text = `${said.slice(0, mostSaid).map(sentence).join(' ')}${more}`;
    throw isOwn ? new HelpNeeded('pictures-unsuited', text) : new HelpNeeded('views-alike', text);
  });
}

/** The failure that there was, and after a resume the work. */
function failedFirst<T>(error: unknown, work: () => Promise<T>): () => Promise<T> {
  let isTold = false;
  return async () => {
    if (isTold) return await work();
    isTold = true;
    throw error;
  };
}

const sentence = (finding: string): string => `${finding[0].toUpperCase()}${finding.slice(1)}.`;
