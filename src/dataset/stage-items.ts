import { chosenEditor } from '../project/families/editors.js';
import type { ViewRequest, Wording } from '../project/families/family.js';
import { nearestViews } from '../project/families/nearest-views.js';
import type { ResolvedProject } from '../project/schema.js';
import { seedOf } from '../project/seeds.js';
import type { RenderItem } from '../run/contracts.js';
import type { ArtifactRef } from '../run/ref.js';
import { viewsOf } from './settings.js';
import { keyOf } from './views.js';

/** A round's candidates of stage 01; every round has seeds of its own. */
export const anchorItems = ({ anchor }: ResolvedProject, round: number): RenderItem[] =>
  listOf(anchor?.candidates ?? 0, (index) => ({
    key: `anchor-${round}-${index}`,
    prompt: anchor?.prompt ?? '',
    seed: seedOf(anchor?.seed ?? 0, 'anchor', round, index),
  }));

/** Of stage 02. @param image the anchor, where it is known */
export const canonicalItems = (project: ResolvedProject, round: number, image?: ArtifactRef): RenderItem[] =>
  listOf(project.canonical.candidates, (index) => ({
    key: `canonical-${round}-${index}`,
    prompt: chosenEditor(project).canonicalPrompt,
    seed: seedOf(project.anchor?.seed ?? 0, 'canonical', round, index),
    ...(image ? { image } : {}),
  }));

/** What the views of stages 03 and 04 are edited from. */
export interface ViewSources {
  /** The canonical portrait. */
  image: ArtifactRef;
  /** Kept views, for an editor that takes several images of the person. */
  further: readonly { view: ViewRequest; image: ArtifactRef }[];
}

/** Of stages 03 and 04. @param from where it is known */
export const viewItems = (
  project: ResolvedProject,
  stage: '03-views-i' | '04-views-ii',
  views: readonly ViewRequest[],
  round: number,
  from?: ViewSources,
  wording: Wording = 'usual',
): RenderItem[] =>
  views.map((view) => {
    const { viewPrompt, inputImages = 1 } = chosenEditor(project, editorTurn(project, view, round));
    const further = nearestViews(view, from?.further ?? [], inputImages - 1).map(({ image }) => image);
    return {
      key: `${keyOf(view)}-${round}`,
      prompt: viewPrompt(view, wording),
      seed: seedOf(project.anchor?.seed ?? 0, stage, keyOf(view), round),
      ...(from ? { image: from.image } : {}),
      ...(further.length > 0 ? { furtherImages: further } : {}),
    };
  });

/** Of several editors, whose turn a view is: the next one's with each view and each round. */
export function editorTurn({ dataset, views }: ResolvedProject, view: ViewRequest, round: number): number {
  if (!views || views.editors.length === 1) return 0;
  const { first, second } = viewsOf(dataset);
  return Math.max(0, [...first, ...second].map(keyOf).indexOf(keyOf(view))) + round;
}

/** Of stage 06: its prompts take turns. */
export const editorialItems = ({ editorial, training }: ResolvedProject): RenderItem[] =>
  listOf(editorial.images, (index) => {
    const prompt = editorial.prompts[index % editorial.prompts.length];
    const key = `${prompt.id}-${index}`;
    return { key, prompt: prompt.text, seed: seedOf(training.seed, '06-editorial', key) };
  });

const listOf = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => make(index));
