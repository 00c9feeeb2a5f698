import { patched } from '@temporalio/workflow';
import type { ArtifactRef } from '../../run/ref.js';
import { acceptView, captionOf, keyOf, lackWords, viewItems, wordingOf, type ViewRounds } from '../../dataset/index.js';
import type { Picture } from '../../run/record.js';
import type { ViewRequest } from '../../project/families/family.js';
import { HelpNeeded } from '../explain.js';
import type { Run } from '../run.js';
import { thresholdOf } from '../run.js';
import { renderViews } from './edited.js';
import { pictureOf } from './pictures.js';

/** With fewer of the asked views than this a LoRA would not learn the head as a volume. */
const leastShare = 0.5;

export interface KeptView {
  name: string;
  view: ViewRequest;
  picture: Picture;
  caption: string;
}

export interface ViewsInput {
  id: '03-views-i' | '04-views-ii';
  views: ViewRequest[];
  canonical: ArtifactRef;
  /** Views that editors may be shown beside the portrait. */
  further: readonly KeptView[];
  /** How often a person has rejected the dataset. */
  rejections: number;
  rounds: ViewRounds;
  /** Views of the stages to come: what is allowed has to do for them too. */
  reserved: number;
}

/** Stages 03 and 04: every asked view of the canonical person, measured, kept or rejected with a reason. */
export async function viewsStage(run: Run, input: ViewsInput): Promise<KeptView[]> {
  const { id, views, rejections } = input;
  const kept = new Map<string, KeptView>();
  /** How often too few have passed. */
  let shortages = 0;
  return await run.stage(id, async (attempt) => {
    // Runs that began before rendered all of them again.
    if (attempt > 0 && !patched('kept-views-stay')) kept.clear();
    run.record.keep(
      id,
      [...kept.values()].map(({ picture }) => picture),
    );
    const rounds = attempt === 0 ? input.rounds : input.rounds.again();
    // Where too few have passed or a person has rejected them, others are drawn; what a fault interrupted goes on as it was.
    const redrawn = attempt > 0 && !patched('same-seeds-after-faults') ? attempt : shortages;
    const first = rejections * 1000 + redrawn * rounds.most;
    for (let round = first; round < first + rounds.most; round += 1) {
      const retry = round - first;
      const missing = views.filter((view) => !kept.has(keyOf(view)));
      const wanted = missing.slice(0, rounds.room(missing.length, retry, input.reserved));
      if (wanted.length === 0) break;
      rounds.spend(wanted.length);
      for (const view of await renderRound(run, input, wanted, round, retry)) kept.set(keyOf(view.view), view);
      run.show();
    }
    const { require: least = leastShare } = run.input.project.dataset;
    if (kept.size < least * views.length) {
      shortages += 1;
      throw tooFew(run, input, kept.size, least);
    }
    return views.flatMap((view) => kept.get(keyOf(view)) ?? []);
  });
}

async function renderRound(
  run: Run,
  { id, canonical, further }: ViewsInput,
  views: ViewRequest[],
  round: number,
  retry: number,
): Promise<KeptView[]> {
  const { trigger } = run.input.project;
  const sources = { image: canonical, further: further.map(({ view, picture: { image } }) => ({ view, image })) };
  const items = viewItems(run.input.project, id, views, round, sources, wordingOf(retry));
  const request = { stage: id, unit: `round-${round}`, references: [canonical], retry, kept: run.keptViews(), items };
  const judged = await renderViews(run, request, views, round);
  const kept: KeptView[] = [];
  for (const [index, candidate] of judged.entries()) {
    const view = views[index];
    const verdict = acceptView(candidate.scored, view, thresholdOf(run));
    const caption = captionOf(trigger, view, run.family);
    const picture = { ...pictureOf(candidate), caption, view: keyOf(view) };
    if (verdict.ok) kept.push({ name: keyOf(view), view, picture, caption });
    else run.record.reject(id, [{ ...picture, reason: verdict.reason }]);
  }
  run.record.keep(
    id,
    kept.map(({ picture }) => picture),
  );
  return kept;
}

function tooFew(run: Run, { id, views }: ViewsInput, kept: number, least: number): HelpNeeded {
  const reasons = run.record
    .stage(id)
    .rejected.slice(-6)
    .map(({ reason }) => reason);
  const latest = reasons.length > 0 ? ` Latest rejections: ${reasons.join('; ')}.` : '';
  // The other stage's views may not have had their turn.
  const asked = new Set(views.map(keyOf));
  const bins = (run.record.coverage?.bins ?? []).filter(({ view }) => asked.has(view));
  const lacks = lackWords(bins);
  const unrendered = bins.filter(({ renders }) => renders === 0).length;
  const spent = unrendered > 0 ? ` dataset.budget left no render for ${unrendered} of them.` : '';
  return new HelpNeeded(
    'too-few-views',
    `Only ${kept} of ${views.length} views passed (at least ${Math.ceil(least * views.length)} are required). ` +
      `${lacks ? `${lacks}.` : ''}${spent}${latest}`,
  );
}
