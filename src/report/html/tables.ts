import type { CheckpointRecord, ReportData, Score } from '../data.js';
import { bytesWords, scoreWords, signed } from '../numbers.js';
import type { PageContext } from './context.js';
import { chartFigure } from './figure.js';
import { html, type Content, type Markup } from './markup.js';
import { checkpointTable, type TableRow } from './table.js';

/** The numbers behind the curve, checkpoint by checkpoint and prompt by prompt. */
export function numbers({ data, memorisation }: PageContext): Markup {
  return html`<section class="numbers" id="numbers" aria-labelledby="numbers-title">
    <header>
      <p class="eyebrow">Numerical detail</p>
      <h2 id="numbers-title">The numbers</h2>
    </header>
    ${data.checkpoints.length === 0 ? html`<p class="quiet">No checkpoint has been published yet.</p>` : scoreTable(data)}
    ${memorisation && chartFigure(memorisation, 'Memorisation by training step.', 'Memorisation by checkpoint: how much nearer renders are to the training pictures than to the held-out ones. Near zero is good; rising means that the LoRA repeats its training pictures.')}
  </section>`;
}

function scoreTable({ checkpoints, baseline, choice, strips }: ReportData): Markup {
  const prompts = [
    ...new Set([
      ...strips.map(({ prompt }) => prompt),
      ...checkpoints.flatMap(({ perPrompt }) => Object.keys(perPrompt)),
    ]),
  ];
  const poses = [...new Set(checkpoints.flatMap(({ perPose = {} }) => Object.keys(perPose)))];
  const heads = ['Step', 'Identity, mean [95\u00a0%]', 'Gain', 'Memorisation', 'Faces', ...prompts, ...poses, 'LoRA'];
  const rows = checkpoints.map((one) => checkpointRow(one, prompts, poses, one.step === choice?.step));
  const without = baseline ? [baselineRow(baseline, prompts.length + poses.length)] : [];
  return html`${checkpointTable('Scores of every checkpoint', heads, [...without, ...rows])}
    <p class="quiet">
      Identity: mean cosine between a render’s face and portraits held out of training; in brackets its 95&nbsp;%
      interval. Gain: paired, over the same prompt and seed without LoRA. Memorisation: how much nearer renders are to
      training pictures than to held-out ones; it should stay near zero. Faces: pictures in which a face was found, of
      all rendered. Prompt and pose columns: mean identity of that prompt, and of renders in that pose, with half the
      width of its 95&nbsp;% interval.
    </p>`;
}

const faces = ({ n, noFace }: Score): string => `${n} / ${n + noFace}`;

const baselineRow = (baseline: Score, parts: number): TableRow => {
  const unknown = Array.from({ length: parts + 1 }, () => null);
  return { name: 'No LoRA', mark: 'baseline', cells: [scoreWords(baseline), null, null, faces(baseline), ...unknown] };
};

function checkpointRow(checkpoint: CheckpointRecord, prompts: string[], poses: string[], chosen: boolean): TableRow {
  const { step, identity, gain, memorisation, perPrompt, perPose = {}, lora } = checkpoint;
  const cells: Content[] = [
    identity && scoreWords(identity),
    gain && signed(gain.mean),
    memorisation === null ? null : signed(memorisation),
    identity && faces(identity),
    ...prompts.map((prompt) => partCell(perPrompt, prompt)),
    ...poses.map((pose) => partCell(perPose, pose)),
    html`<code title="${lora.name}: sha256 ${lora.sha256}">${lora.sha256.slice(0, 8)}</code>
      <small>${bytesWords(lora.bytes)}</small>`,
  ];
  return { name: [step, chosen && ' · chosen'], mark: chosen ? 'chosen' : '', cells };
}

/** A mean with half the width of its interval. */
function partCell(scores: Record<string, Score>, name: string): Content {
  if (!Object.hasOwn(scores, name)) return null;
  const { n, mean, low, high } = scores[name];
  return n === 0 ? 'no face' : html`${mean.toFixed(3)} <small>±${((high - low) / 2).toFixed(3)}</small>`;
}

/** Versions, hashes and seeds: all that is needed to make the run again. */
export function provenance({ provenance: record, run }: ReportData): Markup {
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

/** Nested records as `a · b · c`; a list of plain values in one row. */
function rowsOf(value: unknown, path: string[]): [string, string][] {
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return [[path.join(' · '), value.join(', ')]];
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, child]) => rowsOf(child, [...path, key]));
  return [[path.join(' · '), value === null || value === undefined ? '–' : String(value)]];
}
