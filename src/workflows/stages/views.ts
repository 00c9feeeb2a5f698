import type { ArtifactRef } from '../../run/ref.js';
import { acceptView, captionOf, keyOf, viewItems } from '../../dataset/index.js';
import type { Picture } from '../../run/record.js';
import type { ViewRequest } from '../../project/families/family.js';
import type { StageId } from '../../project/names.js';
import { HelpNeeded } from '../explain.js';
import type { Run } from '../run.js';
import { thresholdOf } from '../run.js';
import { pictureOf, renderAndScore } from './pictures.js';

/** A missing view is rendered again with a new seed this many times at most. */
const maxRounds = 3;
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
  /** How often a person has rejected the dataset. */
  rejections: number;
}

/** Stages 03 and 04: every asked view of the canonical person, measured, kept or rejected with a reason. */
export async function viewsStage(run: Run, { id, views, canonical, rejections }: ViewsInput): Promise<KeptView[]> {
  return await run.stage(id, async (attempt) => {
    const kept = new Map<string, KeptView>();
    // Every resume and every rejection by a person has seeds of its own.
    const first = rejections * 1000 + attempt * maxRounds;
    for (let round = first; round < first + maxRounds; round += 1) {
      const missing = views.filter((view) => !kept.has(keyOf(view)));
      if (missing.length === 0) break;
      for (const view of await renderRound(run, id, missing, canonical, round, round - first))
        kept.set(keyOf(view.view), view);
      run.show();
    }
    if (kept.size < leastShare * views.length) throw tooFew(run, id, kept.size, views.length);
    return views.flatMap((view) => kept.get(keyOf(view)) ?? []);
  });
}

async function renderRound(
  run: Run,
  id: ViewsInput['id'],
  views: ViewRequest[],
  canonical: ArtifactRef,
  round: number,
  retry: number,
): Promise<KeptView[]> {
  const { trigger } = run.input.project;
  const judged = await renderAndScore(run, {
    stage: id,
    unit: `round-${round}`,
    graph: 'edit',
    references: [canonical],
    retry,
    kept: run.keptViews(),
    items: viewItems(run.input.project, id, views, round, canonical),
  });
  const kept: KeptView[] = [];
  for (const [index, candidate] of judged.entries()) {
    const view = views[index];
    const verdict = acceptView(candidate.scored, view, thresholdOf(run));
    const caption = captionOf(trigger, view, run.family);
    const picture = { ...pictureOf(candidate), caption };
    if (verdict.ok) kept.push({ name: keyOf(view), view, picture, caption });
    else run.record.reject(id, [{ ...picture, reason: verdict.reason }]);
  }
  run.record.keep(
    id,
    kept.map(({ picture }) => picture),
  );
  return kept;
}

function tooFew(run: Run, id: StageId, kept: number, asked: number): HelpNeeded {
  const reasons = run.record
    .stage(id)
    .rejected.slice(-6)
    .map(({ reason }) => reason);
  return new HelpNeeded(
    'too-few-views',
    `Only ${kept} of ${asked} views passed after ${maxRounds} rounds. Latest rejections: ${reasons.join('; ')}.`,
  );
}
