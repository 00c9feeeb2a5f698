import { patched } from '@temporalio/workflow';
import type { RenderItem } from '../../run/contracts.js';
import type { ArtifactRef } from '../../run/ref.js';
import { bestOf, type Verdict } from '../../dataset/index.js';
import type { ScoredPicture } from '../../run/scored-picture.js';
import type { GraphKind } from '../../project/families/family.js';
import type { Gate, StageId } from '../../project/names.js';
import { HelpNeeded } from '../explain.js';
import type { Run } from '../run.js';
import { pictureOf, renderAndScore, type Judged, type Request } from './pictures.js';

/** Fresh seeds are tried this often before a person is asked. */
const maxRounds = 3;

export interface PortraitRules {
  stage: StageId;
  gate: Gate;
  graph: GraphKind;
  references: ArtifactRef[];
  editor?: Request['editor'];
  /** The candidates of a round; every round has seeds of its own. */
  itemsOf(round: number): RenderItem[];
  accept(scored: ScoredPicture): Verdict;
  /** What helps where nothing passes. */
  hint: string;
}

/** Stages 01 and 02: render candidates, measure, keep what meets the rules, take the best (or the one a person picks). */
export async function choosePortrait(run: Run, rules: PortraitRules): Promise<ArtifactRef> {
  const rounds: Rounds = { first: 0, from: 0 };
  return await run.stage(rules.stage, async (attempt) => {
    if (attempt > 0 && !patched('same-seeds-after-faults'))
      Object.assign(rounds, { first: 3 * attempt, from: 3 * attempt });
    return await portraitOf(run, rules, rounds);
  });
}

/** Where it goes on when a person has cured a fault: with the same seeds, but for what is judged already. */
interface Rounds {
  /** The first since a person was asked for help because nothing passed. */
  first: number;
  /** The first that no person has rejected. */
  from: number;
}

async function portraitOf(run: Run, rules: PortraitRules, rounds: Rounds): Promise<ArtifactRef> {
  for (let round = rounds.from; ; round += 1) {
    const judged = await renderAndScore(run, {
      stage: rules.stage,
      unit: `round-${round}`,
      graph: rules.graph,
      items: rules.itemsOf(round),
      references: rules.references,
      editor: rules.editor,
      retry: round - rounds.first,
    });
    const accepted = sortOut(run, rules, judged);
    if (accepted.length === 0) {
      if (round + 1 - rounds.first < maxRounds) continue;
      Object.assign(rounds, { first: round + 1, from: round + 1 });
      throw new HelpNeeded('nothing-passes', `${whatWasMeasured(run, rules.stage)} ${rules.hint}`);
    }
    const chosen = await decide(run, rules, accepted);
    if (chosen) {
      run.record.stage(rules.stage).chosen = chosen.rendered.image.sha256;
      return chosen.rendered.image;
    }
    rounds.from = round + 1;
  }
}

function sortOut(run: Run, rules: PortraitRules, judged: Judged[]): Judged[] {
  const verdicts = judged.map(({ scored }) => rules.accept(scored));
  const byVerdict = judged
    .map((candidate, index) => ({ candidate, verdict: verdicts[index] }))
    .filter(({ verdict }) => verdict.ok);
  const best = bestOf(byVerdict.map(({ verdict }) => verdict));
  for (const [index, candidate] of judged.entries()) {
    const verdict = verdicts[index];
    if (!verdict.ok) run.record.reject(rules.stage, [{ ...pictureOf(candidate), reason: verdict.reason }]);
  }
  const accepted = byVerdict.map(({ candidate }) => candidate);
  // The best first: it is what stands when nobody picks.
  if (best !== null) accepted.unshift(...accepted.splice(best, 1));
  run.record.keep(rules.stage, accepted.map(pictureOf));
  return accepted;
}

/** @returns null where the person rejected all: a new round follows. */
async function decide(run: Run, rules: PortraitRules, accepted: Judged[]): Promise<Judged | null> {
  if (!run.wants(rules.gate)) return accepted[0];
  const options = accepted.map(({ rendered, scored }, index) => {
    const { image, key: name } = rendered;
    return { index, image, identity: scored.measured.identity, name, proposed: index === 0 };
  });
  const text = `choose the ${rules.gate === 'canonical' ? 'bare-face portrait' : 'anchor'}; approve accepts candidate 0, --pick N another`;
  const decision = await run.ask({ gate: rules.gate, text, options }, rules.stage);
  if (decision.kind === 'approved') return accepted[decision.picks?.[0] ?? 0];
  if (decision.kind === 'rejected')
    run.record.leaveOut(new Set(run.record.stage(rules.stage).outputs), `a person: ${decision.reason}`);
  return null;
}

function whatWasMeasured(run: Run, stage: StageId): string {
  const { rejected } = run.record.stage(stage);
  const reasons = new Map<string, number>();
  for (const { reason } of rejected) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const counted = [...reasons].map(([reason, count]) => (count > 1 ? `${reason} (${count} times)` : reason));
  return `None of the ${rejected.length} candidates meets the rules: ${counted.slice(0, 8).join('; ')}.`;
}
