import { patched } from '@temporalio/workflow';
import { takesSeveralImages } from '../../project/families/editors.js';
import { hasChange } from '../changes.js';
import type { AuditDatasetInput } from '../../run/contracts.js';
import type { ArtifactRef } from '../../run/ref.js';
import { chooseHeldOut, ViewRounds, viewsOf } from '../../dataset/index.js';
import { leftOutByPerson, type Picture } from '../../run/record.js';
import { HelpNeeded } from '../explain.js';
import type { Run } from '../run.js';
import { anchorStage } from './anchor.js';
import { canonicalStage } from './canonical.js';
import { referencePicture } from './choice.js';
import { confirmDataset } from './confirm.js';
import { ownPictures, type OwnPictures } from './own-pictures.js';
import type { TrainingPictures } from './training.js';
import { viewsStage, type KeptView } from './views.js';

/** What is trained on, and what it is measured against. */
export interface Dataset extends TrainingPictures {
  /** Those that are trained on, as the audit reads them. */
  audited: AuditDatasetInput['images'];
  /** The canonical portrait, if any, and the held-out pictures. */
  references: Picture[];
}

/** Stages 01 to 04. */
export async function fromAnchor(run: Run): Promise<Dataset> {
  const { dataset } = run.input.project;
  const anchor = await anchorStage(run);
  const canonical = await canonicalStage(run, anchor);
  const portrait = run.record.stage('02-canonical').outputs.find(({ image }) => image.sha256 === canonical.sha256);
  const kept = await approvedViews(run, canonical);
  const edited = new Set(kept.flatMap(({ picture }) => picture.inputs ?? []).map(({ sha256 }) => sha256));
  const heldOut = new Set(
    chooseHeldOut(
      kept.map(({ view, picture }) => (edited.has(picture.image.sha256) ? { yaw: null } : view)),
      dataset.heldOut,
    ),
  );
  return { ...split(kept, heldOut, portrait ? [portrait] : []), own: [], leftOut: [] };
}

async function approvedViews(run: Run, canonical: ArtifactRef): Promise<KeptView[]> {
  const { dataset } = run.input.project;
  const { first, second } = viewsOf(dataset);
  for (let rejections = 0; ; rejections += 1) {
    const views = { canonical, rejections, rounds: new ViewRounds(dataset.budget, () => Date.now()) };
    const near = { id: '03-views-i', views: first, further: [], reserved: second.length } as const;
    const calm = await viewsStage(run, { ...near, ...views });
    const further = showsViews(run) ? notHeldOut(calm, dataset.heldOut) : [];
    const varied = await viewsStage(run, { id: '04-views-ii', views: second, further, reserved: 0, ...views });
    const kept = [...calm, ...varied];
    const { lacks } = run.record.coverage ?? {};
    if (lacks) run.record.note('04-views-ii', 'decision', lacks);
    const { kept: approved, leftOut, rejected } = await confirmDataset(run, kept, '04-views-ii');
    leaveOut(run, rejected === null ? leftOut : kept, rejected === null ? leftOutByPerson : `a person: ${rejected}`);
    if (rejected === null) return approved;
    run.record.startOver('04-views-ii');
  }
}

/** Runs that began before show an editor the portrait alone. */
const showsViews = ({ input: { project, graphs } }: Run): boolean =>
  takesSeveralImages(project, graphs) && patched('several-input-images');

/** What the scores are measured against is not to be drawn anew: from the rest of stage 03 others may be edited. */
function notHeldOut(kept: KeptView[], count: number): KeptView[] {
  const heldOut = chooseHeldOut(
    kept.map(({ view }) => view),
    count,
  );
  return kept.filter((_, index) => !heldOut.includes(index));
}

const leaveOut = (run: Run, views: KeptView[], reason: string): void =>
  run.record.leaveOut(new Set(views.map(({ picture }) => picture)), reason);

/** In place of stages 01 to 04. */
export async function fromOwnImages(run: Run): Promise<Dataset> {
  const given = run.input.datasetImages ?? [];
  let tries = 0;
  const { kept: pictures, leftOut } = await run.withHelp('05-training', () =>
    confirmedOwn(run, () => ownPictures(run, given, tries++ > 0)),
  );
  const heldOut = chooseHeldOut(pictures, run.input.project.dataset.heldOut);
  return { ...split(pictures, new Set(heldOut), []), own: pictures.map(({ picture }) => picture), leftOut };
}

/** Own images can't be made anew: where a person rejects them, another folder mends it. */
async function confirmedOwn(run: Run, measured: () => Promise<OwnPictures>): Promise<OwnPictures> {
  const own = await measured();
  // Runs that began before had no such gate.
  if (!hasChange('own-dataset-gate')) return own;
  const { kept, leftOut, rejected } = await confirmDataset(run, own.kept, '05-training');
  if (rejected !== null) throw new HelpNeeded('pictures-unsuited', `A person rejected the dataset: ${rejected}.`);
  const left = leftOut.map(({ picture }) => ({ ...picture, reason: leftOutByPerson }));
  return { kept, leftOut: [...own.leftOut, ...left] };
}

function split(
  pictures: { name: string; picture: Picture; caption: string }[],
  heldOut: ReadonlySet<number>,
  portraits: Picture[],
): Omit<Dataset, 'own' | 'leftOut'> {
  for (const index of heldOut) pictures[index].picture.heldOut = true;
  const named = pictures.map(({ name, picture, caption }) => ({ name, image: picture.image, caption }));
  const audited = pictures.map(({ name, picture: { image, seed, measured }, caption }) => {
    // The person's own by the name that they gave it.
    return { name: seed === null ? image.name : name, image, caption, box: measured?.box ?? null };
  });
  return {
    audited: audited.filter((_, index) => !heldOut.has(index)),
    training: named.filter((_, index) => !heldOut.has(index)),
    heldOut: named.filter((_, index) => heldOut.has(index)),
    references: [...portraits, ...[...heldOut].map((index) => pictures[index].picture)].map(referencePicture),
  };
}
