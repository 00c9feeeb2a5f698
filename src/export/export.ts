import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flush } from '../files/atomic.js';
import { azitVersion } from '../machine/version.js';
import { stepShown } from '../run/record.js';
import { familyOf } from '../project/families/index.js';
import { cardOf } from './card.js';
import { checkpointsOf, type ExportSource } from './checkpoints.js';
import { evidenceOf, type ExportedFile } from './evidence.js';
import type { Format } from './tensor-names.js';
import { copyToLorasDir, openLorasDir } from './loras-dir.js';
import { cardName, evidenceName, loraName, previewName, stemOf } from './names.js';
import { earlierFiles, hasTensors, isEvidenceOf, isListed, isSealed, sealed } from './ownership.js';
import { carryOut, judge, type Move, type Verdict } from './place.js';
import { previewOf } from './preview.js';
import { stageLora, type ReadableStore, type StagedLora } from './stage-lora.js';
import { isFolder, moveWhole, withStaging } from './staging.js';
import { standingOf, wantedCheckpoints, type Standing, type Wanted } from './wanted.js';

export interface ExportOptions extends Wanted {
  source: ExportSource;
  store: ReadableStore;
  /** The folder to write; what AZIT did not write there stays. */
  directory: string;
  /** ComfyUI's folder of LoRAs: they are put there too. */
  lorasDir?: string;
  format?: Format;
}

export interface ExportedLora {
  directory: string;
  loras: { step: number; standing: Standing; path: string; sha256: string; preview: string | null }[];
  /** What was put into ComfyUI's folder. */
  inLorasDir: string[];
  /** What a person should know of it, a sentence each. */
  notes: string[];
}

/**
 * Hands out LoRAs: all is made in a folder beside the target, then moved into it. Safe to run again: the same run gives
 * the same bytes.
 */
export async function exportLora(options: ExportOptions): Promise<ExportedLora> {
  const { source, store, directory, format } = options;
  const { data } = source;
  const family = familyOf(data.run.model);
  const all = checkpointsOf(source);
  const wanted = wantedCheckpoints(source, all, options);
  const lorasDir = options.lorasDir === undefined ? null : await openLorasDir(options.lorasDir);
  const before = (await isFolder(directory)) ? await earlierFiles(directory, data.run.id) : [];
  return await withStaging(directory, async (staging) => {
    const staged: StagedLora[] = [];
    for (const checkpoint of wanted) staged.push(await stageLora(checkpoint, { data, family, store, staging, format }));
    const files = filesOf(before, staged);
    await writeWords({ ...options, staged, all, files, staging, family, version: azitVersion() });
    const kept = await settle(staging, { directory, runId: data.run.id, staged, before });
    const copied = lorasDir === null ? { files: [], notes: [] } : await copyToLorasDir(lorasDir, directory, staged);
    const loras = staged.map(({ step, lora, preview }) => ({
      step,
      standing: standingOf(source, step, options),
      path: join(directory, lora.path),
      sha256: lora.sha256,
      preview: preview && join(directory, preview.file.path),
    }));
    const notes = [...loras.flatMap(standingNotes), ...staged.flatMap((one) => one.notes), ...kept, ...copied.notes];
    return { directory, loras, inLorasDir: copied.files, notes };
  });
}

/** With those of earlier exports that lie there still. */
function filesOf(before: ExportedFile[], staged: StagedLora[]): ExportedFile[] {
  const now = staged.flatMap(({ lora, preview }) => [lora, ...(preview ? [preview.file] : [])]);
  const names = new Set(now.map(({ path }) => path));
  const files = [...before.filter(({ path }) => path !== cardName && !names.has(path)), ...now];
  return files.sort((a, b) => a.step - b.step || (a.path < b.path ? -1 : 1));
}

interface Words extends Pick<ExportOptions, 'source' | 'store' | 'format'> {
  staged: StagedLora[];
  all: ReturnType<typeof checkpointsOf>;
  files: ExportedFile[];
  staging: string;
  family: ReturnType<typeof familyOf>;
  version: string;
}

/** The card is about the chosen checkpoint where the folder has it, whatever was asked for last. */
async function writeWords({
  source,
  store,
  format,
  staged,
  all,
  files,
  staging,
  family,
  version,
}: Words): Promise<void> {
  const { name } = source.data.run;
  const loras = files.filter(({ path, step }) => path === loraName(stemOf(name, step)));
  const lora = loras.find(({ step }) => step === stepShown(source.data.choice)) ?? staged[staged.length - 1].lora;
  const checkpoint = all.find(({ step }) => step === lora.step)!;
  const stagedPreview = staged.find(({ step }) => step === lora.step)?.preview;
  const preview =
    stagedPreview === undefined
      ? await previewOf(source.data, checkpoint, (ref) => store.readBytes(ref)).catch(() => null)
      : (stagedPreview?.preview ?? null);
  const file = previewName(stemOf(name, lora.step));
  const shown = preview && files.some(({ path }) => path === file) ? { file, preview } : null;
  const card = sealed(cardOf({ source, family, checkpoint, all, lora, preview: shown, format, files: loras, version }));
  await writeFile(join(staging, cardName), card, { flag: 'wx', flush: true });
  const evidence = evidenceOf({ source, family, all, files, version });
  await writeFile(join(staging, evidenceName), evidence, { flag: 'wx', flush: true });
}

interface Settlement {
  directory: string;
  runId: string;
  staged: StagedLora[];
  before: ExportedFile[];
}

/** At once where the folder is new, else file by file, the evidence last. @returns what was kept, in sentences. */
async function settle(staging: string, { directory, runId, staged, before }: Settlement): Promise<string[]> {
  if (await moveWhole(staging, directory)) return [];
  const move = (name: string, isOurs: Move['isOurs'], keepOthers = false): Move => {
    return { staged: join(staging, name), target: join(directory, name), isOurs, keepOthers };
  };
  const moves = [
    ...staged.flatMap(({ lora, preview, tensorsSha256 }) => [
      move(lora.path, (target) => hasTensors(target, tensorsSha256)),
      ...(preview ? [move(preview.file.path, (target) => isListed(target, before, preview.file.path), true)] : []),
    ]),
    move(cardName, isSealed),
    move(evidenceName, (target) => isEvidenceOf(target, runId)),
  ];
  // All are judged before one is moved: what is in the way leaves the folder as it was.
  const verdicts: Verdict[] = [];
  for (const each of moves) verdicts.push(await judge(each));
  const kept: string[] = [];
  for (const [index, each] of moves.entries())
    if (!(await carryOut(each, verdicts[index])))
      kept.push(`${each.target} is a different image, so AZIT did not overwrite it.`);
  await flush(directory);
  return kept;
}

const standingWords: Partial<Record<Standing, (step: number) => string>> = {
  'as-good-as-any': (step) =>
    `The sweep has no clear winner: step ${step} is the earliest checkpoint that is statistically as good as the best.`,
  furthest: (step) => `No checkpoint is chosen yet, so the latest saved one is exported: step ${step}.`,
};

const standingNotes = ({ step, standing }: { step: number; standing: Standing }): string[] => {
  const note = standingWords[standing]?.(step);
  return note ? [note] : [];
};
