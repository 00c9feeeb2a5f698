import { z } from 'zod';
import { baselineOf, type Checkpoint, type ExportSource } from './checkpoints.js';
import type { Family } from '../project/families/family.js';

export interface ExportedFile {
  path: string;
  sha256: string;
  bytes: number;
  step: number;
}

/** What an export finds out about a folder that an earlier one wrote. */
const evidenceSchema = z.looseObject({
  azit: z.literal(1),
  kind: z.literal('lora'),
  run: z.looseObject({ id: z.string() }),
  files: z.array(
    z.looseObject({
      path: z.string().regex(/^[^/\\]+$/),
      sha256: z.string(),
      bytes: z.number(),
      step: z.number(),
    }),
  ),
});

export interface EvidenceInput {
  source: ExportSource;
  family: Family;
  all: Checkpoint[];
  files: ExportedFile[];
  version: string;
}

/** evidence.json: what was measured, on what, and what lies beside it. Numbers as they were measured, not rounded. */
export function evidenceOf({ source, family, all, files, version }: EvidenceInput): string {
  const { run, choice, training, references, strips, provenance } = source.data;
  const { id, name, model, trigger, state, startedAt, finishedAt, strength, strengths } = run;
  const document = {
    azit: 1,
    kind: 'lora',
    run: { id, name, model, trigger, state, startedAt, finishedAt },
    base: { repository: family.repository, licence: family.licence },
    ...(family.renderer
      ? { renderedBy: { repository: family.renderer.repository, licence: family.renderer.licence } }
      : {}),
    choice,
    strength: strength ?? null,
    ...(strengths ? { strengths } : {}),
    baseline: baselineOf(source),
    checkpoints: all.map(checkpointJson),
    pictures: strips.flatMap(({ prompt, text, strength: at, images, baseline }) => [
      ...(baseline && at === strips[0].strength ? [{ step: null, prompt, text, ...pictureOf(baseline) }] : []),
      ...images.map((cell) => ({
        step: cell.step,
        ...(at === undefined ? {} : { strength: at }),
        prompt,
        text,
        ...pictureOf(cell),
      })),
    ]),
    references: references.map(({ image, seed }) => ({ sha256: image.sha256, seed })),
    training: training && {
      steps: training.steps,
      saveEvery: training.saveEvery,
      resumes: training.resumes,
      ...(training.stopped ? { stopped: training.stopped } : {}),
    },
    madeBy: { azit: version, trainer: typeof provenance.trainer === 'string' ? provenance.trainer : null },
    files,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function checkpointJson({ lora, generalisation, strengths, ...scores }: Checkpoint) {
  return {
    ...scores,
    ...beyond(generalisation),
    ...(strengths
      ? { strengths: strengths.map(({ generalisation, ...one }) => ({ ...one, ...beyond(generalisation) })) }
      : {}),
    sha256: lora.sha256,
    bytes: lora.bytes,
  };
}

function beyond(generalisation: Checkpoint['generalisation']) {
  if (!generalisation) return {};
  const { table: _table, ...numbers } = generalisation;
  return { generalisation: numbers };
}

const pictureOf = ({ seed, identity, image }: { seed: number; identity: number | null; image: { sha256: string } }) => {
  return { seed, identity, sha256: image.sha256 };
};

/** The files that an export of this run laid into the folder; null: it is no evidence of this run. */
export function filesOfEvidence(text: string, runId: string): ExportedFile[] | null {
  try {
    const evidence = evidenceSchema.parse(JSON.parse(text));
    return evidence.run.id === runId
      ? evidence.files.map(({ path, sha256, bytes, step }) => ({ path, sha256, bytes, step }))
      : null;
  } catch {
    return null;
  }
}
