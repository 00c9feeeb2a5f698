import type {
  RenderBatchInput,
  RenderBatchResult,
  RenderedItem,
  RenderItem,
  ScoreFacesResult,
} from '../../run/contracts.js';
import type { ArtifactRef } from '../../run/ref.js';
import { inputImagesOf } from '../../run/input-images.js';
import { freshIf } from '../../run/fresh.js';
import type { ScoredPicture } from '../../run/scored-picture.js';
import type { Picture } from '../../run/record.js';
import type { ChosenEditor } from '../../project/families/editors.js';
import type { GraphKind } from '../../project/families/family.js';
import type { StageId } from '../../project/names.js';
import { withoutLora } from '../compared-graphs.js';
import { lookUp } from '../reuse.js';
import { reusedWords } from '../sweep-record.js';
import type { Run } from '../run.js';
import { spentOfFailure } from '../explain.js';

/** A picture with what was measured in it. */
export interface Judged {
  rendered: RenderedItem;
  scored: ScoredPicture;
  /** What edited it, of stages 02 to 04, and from which images. */
  editor?: string;
  inputs?: ArtifactRef[];
}

export interface Request {
  stage: StageId;
  unit: string;
  graph: GraphKind;
  items: RenderItem[];
  references: ArtifactRef[];
  /** Of the graph `edit`. */
  editor?: ChosenEditor;
  /** Counts the retries from 0: img2img stays nearer to its picture in each. */
  retry?: number;
  lora?: RenderBatchInput['lora'];
  /** Drawn to be compared with pictures of the LoRA. */
  isControl?: boolean;
  round?: number;
  /** Kept before: what nearly repeats one of these is told. */
  kept?: { key: string; image: ArtifactRef }[];
}

/**
 * Renders a unit and measures every picture of it: two activities, whatever the number of pictures; one, as long as all that
 * this run wants is there from others.
 */
export async function renderAndScore(run: Run, request: Request): Promise<Judged[]> {
  const reused = await reuseUnits(run, [request]);
  const judged = reused
    ? judge(run, reused[0].batch, reused[0].scored)
    : await scoreBatch(run, request, await renderUnit(run, request));
  const { editor, items } = request;
  if (!editor) return judged;
  return judged.map((one, index) => ({ ...one, editor: editor.name, inputs: inputImagesOf(items[index]) }));
}

/** @returns null unless other runs have rendered every image of every unit; `scored` of the first alone */
export async function reuseUnits(
  run: Run,
  requests: [Request, ...Request[]],
): Promise<{ batch: RenderBatchResult; scored?: ScoreFacesResult }[] | null> {
  const modelFiles = run.reuse.modelFiles;
  // How another server calls its files is not known before it has rendered.
  if (!modelFiles || !requests.every((request) => isOnOwnQueue(run, request))) return null;
  const units = requests.map((request, at) => {
    const { stage, unit, references, kept } = request;
    const score = { unit: `${stage} ${unit}`, references, kept };
    return { render: renderInput(run, request), ...(at === 0 ? { score } : {}) };
  });
  const [{ stage, unit }] = requests;
  const found = await lookUp(run.activities.reusing, `look up ${stage} ${unit}`, { units, modelFiles });
  const whole = found.filter((one) => one !== null);
  if (whole.length < requests.length) return null;
  for (const [at, { batch }] of whole.entries()) noteBatch(run, requests[at], batch);
  return whole;
}

export async function renderUnit(run: Run, request: Request): Promise<RenderBatchResult> {
  const { stage, unit, items } = request;
  // Checked and not held: in a stage one unit follows the other.
  run.budget?.require(`the images of stage ${stage}`, run.budget.secondsOf(items.length));
  let batch: RenderBatchResult;
  try {
    batch = await activitiesFor(run, request).renderBatch.executeWithOptions(
      { summary: `render ${stage}${unitWords(unit)}: ${items.length} images` },
      [renderInput(run, request)],
    );
  } catch (error) {
    run.record.noteSpent(stage, spentOfFailure(error));
    throw error;
  }
  noteBatch(run, request, batch);
  return batch;
}

const isOnOwnQueue = (run: Run, { editor }: Request): boolean => !editor || editor.served === run.input.project.model;

const activitiesFor = (run: Run, request: Request): Run['activities']['render'] =>
  request.editor && !isOnOwnQueue(run, request)
    ? run.activities.rendering(request.editor.served)
    : run.activities.render;

function renderInput(run: Run, request: Request): RenderBatchInput {
  const { stage, unit, graph, items, lora, round, editor, retry = 0 } = request;
  const { runId, project, graphs, fresh } = run.input;
  const drawnBy = request.isControl ? withoutLora(graphs) : { graph, ownGraph: graphs?.[graph] };
  return {
    runId,
    stage,
    unit,
    family: editor?.served ?? project.model,
    ...drawnBy,
    negative: (editor ?? run.family).negative,
    size: run.family.size,
    lora,
    denoise: editor && !drawnBy.ownGraph ? denoiseOf(editor, retry) : undefined,
    items,
    round,
    ...freshIf(fresh, stage),
  };
}

function noteBatch(run: Run, request: Request, batch: RenderBatchResult): void {
  const { stage, graph, items, editor } = request;
  run.record.noteSpent(stage, batch.spent);
  run.budget?.noteImages(items.length - (batch.reused?.images ?? 0), batch.spent);
  const isOwn = isOnOwnQueue(run, request);
  noteGraph(run, isOwn ? `${stage} ${graph}` : `${stage} ${graph} ${editor?.name}`, batch.items[0]);
  run.record.noteServers(batch.servers ?? [batch.server]);
  if (batch.reused) run.record.note(stage, 'reuse', reusedWords(batch.reused));
  if (isOwn) run.reuse.note(batch, items.length);
  else if (batch.reused?.images !== items.length) run.reuse.note({}, items.length);
}

export async function scoreBatch(run: Run, request: Request, batch: RenderBatchResult): Promise<Judged[]> {
  const { stage, unit, items, references, kept } = request;
  const images = batch.items.map(({ key, image }) => ({ key, image }));
  const result = await run.activities.identity.scoreFaces.executeWithOptions(
    { summary: `measure ${stage}${unitWords(unit)}: ${items.length} images` },
    [{ unit: `${stage} ${unit}`, images, references, kept }],
  );
  return judge(run, batch, result);
}

export function judge(run: Run, batch: RenderBatchResult, scored: ScoreFacesResult | undefined): Judged[] {
  if (!scored) throw new Error('A unit came back without the scores that were asked for.');
  run.record.provenance.embedders = scored.embedders;
  return batch.items.map((rendered, index) => ({ rendered, scored: scored.pictures[index] }));
}

/** To follow the stage in Temporal's UI; the first round needs no number. */
function unitWords(unit: string): string {
  const [, round, editor] = /^round-(\d+)(?:-(.+))?$/.exec(unit) ?? [];
  if (round === undefined) return `, ${unit}`;
  return `${round === '0' ? '' : `, round ${Number(round) + 1}`}${editor ? `, ${editor}` : ''}`;
}

const denoiseOf = ({ editDenoise }: Pick<ChosenEditor, 'editDenoise'>, retry: number): number | undefined =>
  editDenoise?.[Math.min(retry, editDenoise.length - 1)];

/** The first graph of each kind stands for its kind in the report. */
export function noteGraph(run: Run, name: string, rendered: RenderedItem | undefined): void {
  if (rendered && !run.record.graphs.has(name)) run.record.graphs.set(name, { name, graph: rendered.graph });
}

export function pictureOf({ rendered, scored, editor, inputs }: Judged): Picture {
  const { image, seed, prompt, promptId, graph, server } = rendered;
  const measured = scored.measured;
  return {
    image,
    seed,
    prompt,
    promptId,
    graphSha256: graph.sha256,
    server,
    ...(editor ? { editor, inputs } : {}),
    measured,
  };
}
