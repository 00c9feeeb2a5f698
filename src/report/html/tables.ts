import { addSpent, nothingSpent, processorOf, spentWords } from '../../run/spent.js';
import { familyOf, isFamily } from '../../project/families/index.js';
import { editorsUsed } from '../../run/editors-used.js';
import { modelsUsed, type ModelUse } from '../../project/families/licence.js';
import type { ReportData } from '../../run/record.js';
import { hasInterval, type CheckpointRecord, type Score, strengthWords } from '../../run/checkpoint-record.js';
import { byteWords } from '../../text/figures.js';
import { scoreWords, signed } from '../numbers.js';
import { atEveryStrength, standsOut, type AtStrength } from '../strengths.js';
import { standOutWord, type PageContext } from './context.js';
import { chartFigure } from './figure.js';
import { html, type Content, type Markup } from './markup.js';
import { checkpointTable, type TableRow } from './table.js';

/** The numbers behind the curve, checkpoint by checkpoint and prompt by prompt. */
export function numbers(context: PageContext): Markup {
  const { data, memorisation, memorisationWithout } = context;
  return html`<section class="numbers" id="numbers" aria-labelledby="numbers-title">
    <header>
      <p class="eyebrow">Numerical detail</p>
      <h2 id="numbers-title">The numbers</h2>
    </header>
    ${data.checkpoints.length === 0 ? html`<p class="quiet">No checkpoint has been published yet.</p>` : scoreTable(context)}
    ${memorisation && chartFigure(memorisation, 'Memorisation by training step.', memorisationCaption(data, memorisationWithout))}
  </section>`;
}

/** Zero is not where an innocent LoRA stands: the nearest of many images is nearer than the mean of a few. */
function memorisationCaption({ choice }: ReportData, without: number | null): string {
  const what =
    `Memorisation by checkpoint${strengthWords(choice?.strength)}: ` +
    'how much closer renders are to the training images than to the held-out images.';
  const rising = 'a rising line means that the LoRA copies its training images.';
  if (without === null) return `${what} Look at the trend: ${rising}`;
  return `${what} Renders without any LoRA are at ${signed(without)} (dashed). Close to that line is good; ${rising}`;
}

function scoreTable({ data, memorisationWithout }: PageContext): Markup {
  const { checkpoints, guardAnchor, baseline, choice, strips, run } = data;
  const all = atEveryStrength(data);
  const prompts = [
    ...new Set([
      ...strips.map(({ prompt }) => prompt),
      ...checkpoints.flatMap(({ perPrompt }) => Object.keys(perPrompt)),
    ]),
  ];
  const poses = [...new Set(checkpoints.flatMap(({ perPose = {} }) => Object.keys(perPose)))];
  const word = standOutWord(data);
  const heads = [
    'Step',
    ...(run.strengths ? ['Strength'] : []),
    'Identity, mean [95\u00a0%]',
    'Gain',
    'Memorisation',
    'Faces',
    'LoRA',
  ];
  const rows = all.map((one) => checkpointRow(one, standsOut(choice, one.step, one.at) && word));
  const parts: Part[] = [
    ...prompts.map((name): Part => ({ name, of: ({ perPrompt }) => perPrompt })),
    ...poses.map((name): Part => ({ name, of: ({ perPose = {} }) => perPose })),
  ];
  return html`${checkpointTable('Scores of every checkpoint', heads, [...(baseline ? [baselineRow(baseline, memorisationWithout, run)] : []), ...(guardAnchor ? [anchorRow(guardAnchor, run)] : []), ...rows])}
    ${chunksOf(parts, partsATable).map((chunk) => partTable(chunk, all, data, word))}
    <p class="quiet">
      Identity: mean cosine between a render’s face and portraits held out of training; in brackets its 95% interval.
      Gain: paired, over the same prompt and seed without LoRA. Memorisation: how much closer renders are to training
      images than to held-out images. Faces: images with a detected face, out of all rendered. Prompt and pose columns:
      mean identity for that prompt or pose, with half the width of its 95% interval.
    </p>`;
}

const faces = ({ n, noFace }: Score): string => `${n} / ${n + noFace}`;

/** Of several: at which; none without LoRA. */
const strengthCell = ({ strengths }: ReportData['run'], at: number | null | undefined): Content[] =>
  strengths ? [at ?? null] : [];

const baselineRow = (baseline: Score, memorisation: number | null, run: ReportData['run']): TableRow => ({
  name: 'No LoRA',
  mark: 'baseline',
  cells: [
    ...strengthCell(run, null),
    scoreWords(baseline),
    null,
    memorisation === null ? null : signed(memorisation),
    faces(baseline),
    null,
  ],
});

/** No option of the choice: the guards compare with it. */
const anchorRow = (anchor: CheckpointRecord, run: ReportData['run']): TableRow => ({
  ...checkpointRow({ ...anchor, at: run.strengths ? (run.strength ?? null) : null }, false),
  name: [anchor.step, ' · only for the memorisation check'],
  mark: 'baseline',
});

/** `word`: that it is chosen, or proposed. */
const nameOf = (step: number, word: string | false): Content => [step, word && ` · ${word}`];

function checkpointRow({ step, at, identity, gain, memorisation, lora }: AtStrength, word: string | false): TableRow {
  const cells: Content[] = [
    ...(at === null ? [] : [at]),
    identity && scoreWords(identity),
    gain && signed(gain.mean),
    memorisation === null ? null : signed(memorisation),
    identity && faces(identity),
    html`<code title="${lora.name}: sha256 ${lora.sha256}">${lora.sha256.slice(0, 8)}</code>
      <small>${byteWords(lora.bytes)}</small>`,
  ];
  return { name: nameOf(step, word), mark: word ? 'chosen' : '', cells };
}

/** A prompt or a pose, with the checkpoint's scores by prompt or by pose. */
interface Part {
  name: string;
  of: (checkpoint: CheckpointRecord) => Record<string, Score>;
}

/** More columns do not fit on a printed page. */
const partsATable = 7;

const chunksOf = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));

function partTable(parts: Part[], all: AtStrength[], { choice, run }: ReportData, word: string): Markup {
  const rows = all.map((one): TableRow => {
    const marked = standsOut(choice, one.step, one.at) && word;
    const cells = [...strengthCell(run, one.at), ...parts.map(({ name, of }) => partCell(of(one), name))];
    return { name: nameOf(one.step, marked), mark: marked ? 'chosen' : '', cells };
  });
  return checkpointTable(
    'Identity by prompt and pose',
    ['Step', ...(run.strengths ? ['Strength'] : []), ...parts.map(({ name }) => name)],
    rows,
  );
}

/** A mean with half the width of its interval. */
function partCell(scores: Record<string, Score>, name: string): Content {
  if (!Object.hasOwn(scores, name)) return null;
  const { n, mean, low, high } = scores[name];
  if (!hasInterval(scores[name])) return n === 0 ? 'no face' : mean.toFixed(3);
  return html`${mean.toFixed(3)} <small>±${((high - low) / 2).toFixed(3)}</small>`;
}

/** Versions, hashes and seeds: all that is needed to make the run again. */
export function provenance({ provenance: record, run, stages, spent }: ReportData): Markup {
  return html`<section class="provenance" id="provenance" aria-labelledby="provenance-title">
    <header>
      <p class="eyebrow">Provenance</p>
      <h2 id="provenance-title">What it was made with</h2>
    </header>
    <table>
      <tbody>
        ${rowsOf(
          {
            run: { id: run.id, workflowId: run.workflowId, startedAt: run.startedAt, finishedAt: run.finishedAt },
            licences: licencesOf(run, stages),
            ...(spent ? { [`${processorOf(run.model)} time`]: spentByStage(spent, run.model) } : {}),
            ...record,
          },
          [],
        ).map(
          ([key, value]) =>
            html`<tr>
              <th scope="row">${key}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

const useWords: Record<ModelUse, string> = {
  base: 'base',
  renderer: 'renders with the LoRA',
  editor: 'edits the views',
};

function spentByStage(spent: NonNullable<ReportData['spent']>, model: string): Record<string, string> {
  const all = Object.values(spent).reduce(addSpent, nothingSpent);
  const stages = Object.entries(spent).map(([stage, one]) => [stage, spentWords(one, model)]);
  return { total: spentWords(all, model), ...(Object.fromEntries(stages) as Record<string, string>) };
}

/** A report may be of a family that this version does not know. */
function licencesOf({ model, editors }: ReportData['run'], stages: ReportData['stages']): string[] {
  if (!isFamily(model)) return [];
  return modelsUsed(familyOf(model), editorsUsed({ model, editors, stages })).map(
    ({ model: of, use, licence: { name, terms } }) => `${of} (${useWords[use]}): ${name}. ${terms}`,
  );
}

/** Nested records as `a · b · c`; a list of plain values in one row. */
function rowsOf(value: unknown, path: string[]): [string, string][] {
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return [[path.join(' · '), value.join(', ')]];
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, child]) => rowsOf(child, [...path, key]));
  return [[path.join(' · '), value === null || value === undefined ? '–' : String(value)]];
}
