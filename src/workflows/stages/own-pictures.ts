import type { ArtifactRef } from '../../run/ref.js';
import { auditOwn, captionOf } from '../../dataset/index.js';
import type { ScoredPicture } from '../../run/scored-picture.js';
import type { Picture, RejectedPicture } from '../../run/record.js';
import { HelpNeeded } from '../explain.js';
import type { Run } from '../run.js';
import { thresholdOf } from '../run.js';

export interface OwnPicture {
  /** Of its file in the training set. */
  name: string;
  /** Of the person's own file. */
  title: string;
  picture: Picture;
  caption: string;
  /** Degrees; null: no face. */
  yaw: number | null;
  pitch: number;
}

export interface OwnPictures {
  kept: OwnPicture[];
  leftOut: RejectedPicture[];
}

/** Below this nothing can be both trained on and held out. */
const fewest = 4;
/** All stand in the report. */
const mostSaid = 10;

/**
 * The person's own pictures instead of stages 01-04: measured, judged by the rule of `dataset.audit`, so that some with a
 * face can be held out. `isSeen`: a person has read what the rule stopped for, and resumed.
 */
export async function ownPictures(
  run: Run,
  given: { image: ArtifactRef; caption: string | null }[],
  isSeen: boolean,
): Promise<OwnPictures> {
  for (const id of ['01-anchor', '02-canonical', '03-views-i', '04-views-ii'] as const) {
    run.record.end(id, 'skipped', 'your own images are used');
  }
  // Of two copies the one with a caption stays.
  const order = [...given.keys()].sort((a, b) => Number(given[a].caption === null) - Number(given[b].caption === null));
  const images = order.map((index) => ({ key: String(index), image: given[index].image }));
  const result = await run.activities.identity.scoreFaces.executeWithOptions(
    { summary: `measure ${given.length} provided images` },
    [{ unit: 'own pictures', images, references: [], amongThemselves: true }],
  );
  run.record.provenance.embedders = result.embedders;
  const { audit = 'warn' } = run.input.project.dataset;
  const set = result.pictures.map((scored, at) => {
    const { name, sha256 } = images[at].image;
    return { index: order[at], name, sha256, scored };
  });
  const findings = auditOwn(set, thresholdOf(run)).filter(({ at }) => audit !== 'off' || set[at].scored.error !== null);
  const said = findings.map(({ at, reason }) => `${set[at].name}: ${reason}`);
  const reasons = new Map(findings.flatMap(({ at, reason, isLeftOut }) => (isLeftOut ? [[at, reason] as const] : [])));
  if (audit === 'stop' && !isSeen && findings.length > 0)
    throw new HelpNeeded(
      'pictures-unsuited',
      `${findings.length} of your ${given.length} images ${findings.length === 1 ? 'has a problem' : 'have problems'}: ${listed(said)} Without those left out, ${given.length - reasons.size} remain.`,
    );
  if (given.length - reasons.size < fewest)
    throw new HelpNeeded(
      'too-few-pictures',
      `${given.length - reasons.size} of your ${given.length} images are usable; at least ${fewest} are needed. ${listed(said)}`.trim(),
    );
  if (said.length > 0)
    run.record.note('05-training', 'decision', `of ${given.length} provided images: ${listed(said)}`);
  run.record.findings.set(
    'images',
    findings.map(({ at, reason, isLeftOut }) => `${isLeftOut ? 'left out ' : ''}${set[at].name}: ${reason}`),
  );
  const pictureOf = ({ index, scored }: (typeof set)[number]): Picture => {
    const { measured } = scored;
    return { image: given[index].image, seed: null, prompt: null, promptId: null, graphSha256: null, measured };
  };
  const byIndex = [...set.entries()].sort(([, a], [, b]) => a.index - b.index);
  return {
    leftOut: byIndex.flatMap(([at, one]) => {
      const reason = reasons.get(at);
      return reason === undefined ? [] : [{ ...pictureOf(one), reason }];
    }),
    kept: byIndex.flatMap(([at, one]) => {
      if (reasons.has(at)) return [];
      const { faces, pose } = one.scored.measured;
      // Where all are taken, a copy stands in training: it may not be held out as well.
      const isCopied = audit === 'off' && hasCopy(set, one);
      return {
        name: `picture-${String(one.index).padStart(4, '0')}`,
        title: one.name,
        picture: pictureOf(one),
        caption: captionFor(run, given[one.index].caption),
        yaw: faces > 0 && !isCopied ? (pose?.yaw ?? null) : null,
        pitch: pose?.pitch ?? 0,
      };
    }),
  };
}

interface InSet {
  sha256: string;
  scored: ScoredPicture;
}

const hasCopy = (set: readonly InSet[], { sha256, scored }: InSet): boolean =>
  scored.duplicateOf !== null ||
  set.some((other) => other.scored !== scored && (other.sha256 === sha256 || other.scored.duplicateOf === scored.key));

const listed = (said: readonly string[]): string =>
  [...said.slice(0, mostSaid), ...(said.length > mostSaid ? [`and ${said.length - mostSaid} more`] : [])].join('; ') +
  (said.length > 0 ? '.' : '');

/** A caption of the person's own gets the trigger word in front where it has none, as ai-toolkit does. */
function captionFor(run: Run, caption: string | null): string {
  const { trigger } = run.input.project;
  const text = (caption ?? '').trim().replaceAll('[trigger]', trigger);
  if (text === '')
    return captionOf(trigger, { yaw: 0, pitch: 0, distance: 'bust', expression: 'neutral' }, { caption: () => '' });
  return text.includes(trigger) ? text : `${trigger}, ${text}`;
}
