import type { ArtifactStore } from '../artifacts/artifact-store.js';
import { readDocument } from '../artifacts/run-records.js';
import { stepShown } from '../run/record.js';
import type { ChosenLoras } from './ownership.js';
import type { SurveyedRun } from './survey.js';

/** Of runs that are to keep their chosen checkpoint alone; one that chose none keeps all. */
export async function chosenLorasOf(store: ArtifactStore, runs: SurveyedRun[]): Promise<ChosenLoras> {
  const found = new Map<string, { chosen: string; others: Set<string> }>();
  for (const { runId, records } of runs) {
    const kept = records.at(-1)?.value;
    if (!kept) continue;
    const { report } = await readDocument(store, kept.record);
    const loras = [...(report.saved ?? []), ...report.checkpoints];
    const chosen = loras.find(({ step }) => step === stepShown(report.choice))?.lora.sha256;
    if (chosen === undefined) continue;
    const others = new Set(loras.map(({ lora }) => lora.sha256).filter((sha256) => sha256 !== chosen));
    found.set(runId, { chosen, others });
  }
  return found;
}
