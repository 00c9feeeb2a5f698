import type { Family } from '../project/families/family.js';
import { editorModels, editorNames, type EditorName } from '../project/families/editors.js';
import type { FamilyName } from '../project/families/index.js';
import type { StageRecord } from './record.js';

const isKnown = (name: string): name is EditorName => (editorNames as readonly string[]).includes(name);

/** The models that edited the images of a run; none where the person brought the dataset. Of a later version's, those known here. */
export function editorsUsed({
  model,
  editors,
  stages,
}: {
  model: FamilyName;
  editors?: readonly string[];
  stages: readonly StageRecord[];
}): NonNullable<Family['editor']>[] {
  const isMade = !stages.some(({ id, state }) => id === '02-canonical' && state === 'skipped');
  if (!isMade) return [];
  return editorModels({ model, ...(editors ? { views: { editors: editors.filter(isKnown) } } : {}) });
}
