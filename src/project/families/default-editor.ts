import { editorOf, editorProblem, servedEditors, type ServedEditor } from './editors.js';
import type { Licence } from './family.js';
import { familyOf, graphFolderOf, type FamilyName } from './index.js';
import { modelsUsed } from './licence.js';

/**
 * Editors for whoever names none, best first. Qwen-Image-Edit with the angles LoRA is the one that is told degrees, and
 * ComfyUI's own template for other angles; klein takes the larger of its two sizes first; Kontext is older, and fades.
 * Qwen-Image-2.1 is for research alone: only a person may choose it. By what documents and templates say: AZIT has
 * compared none of them.
 */
const bestFirst: readonly ServedEditor[] = ['qwen-edit-2511', 'klein-9b', 'klein-4b', 'kontext'];

const strictness: Record<Licence['commercial'], number> = { yes: 0, capped: 1, no: 2 };
const strictest = (licences: readonly Licence[]): number =>
  Math.max(...licences.map(({ commercial }) => strictness[commercial]));

/** The family's own, by its name as an editor; null: it redraws. */
function ownEditor(model: FamilyName): ServedEditor | null {
  if (!familyOf(model).edits) return null;
  return servedEditors.find((name) => editorOf(name).graphs === graphFolderOf(model, 'edit')) ?? null;
}

/**
 * What edits better than the family by itself, best first. None whose licence forbids more than the family's own models:
 * results that may be sold stay so.
 */
export function betterEditors(model: FamilyName): ServedEditor[] {
  const own = ownEditor(model);
  const family = familyOf(model);
  const limit = strictest(modelsUsed(family).map(({ licence }) => licence));
  const better = own === null ? bestFirst : bestFirst.slice(0, Math.max(0, bestFirst.indexOf(own)));
  return better.filter((name) => {
    const { model: edits } = editorOf(name);
    return editorProblem(model, name) === null && edits !== null && strictest([edits.licence]) <= limit;
  });
}

/** What edits a run whose file names no editor. */
export interface EditorChoice {
  /** Null: the family's own. */
  editor: ServedEditor | null;
  /** For people: `Editor: NAME, because ...`. */
  words: string;
}

/** @param earlier of an earlier run of the same project, which named none either: what is there already is kept. */
export function chooseEditor(
  model: FamilyName,
  offered: readonly ServedEditor[],
  earlier: { runId: string; editor: ServedEditor | null } | null,
): EditorChoice | null {
  const better = betterEditors(model);
  if (better.length === 0) return null;
  const own = ownWords(model);
  const best = better.find((name) => offered.includes(name)) ?? null;
  if (earlier && (earlier.editor === null || better.includes(earlier.editor))) {
    const { editor, runId } = earlier;
    const kept = `Editor: ${editor ?? own}, because the run ${runId} of this project used it, and its images are reused.`;
    const isBest =
      best === null || best === editor || (editor !== null && better.indexOf(editor) < better.indexOf(best));
    return {
      editor,
      words: isBest ? kept : `${kept} A worker offers ${best}, which edits better: for it, ${setIt(best)}.`,
    };
  }
  if (best !== null) {
    const why = `it is the best for ${model} that a worker offers`;
    return { editor: best, words: `Editor: ${best}, because ${why}. Without it: ${own}.` };
  }
  const cure = `start a worker with \`--role render --family ${better[0]}\``;
  return {
    editor: null,
    words: `Editor: ${own}, because no worker offers ${listed(better)}. For better views, ${cure}.`,
  };
}

/** The same where nobody could be asked which workers there are. */
export const undecidedWords = (model: FamilyName): string | null => {
  const better = betterEditors(model);
  if (better.length === 0) return null;
  return `Editor: chosen when the run starts: ${listed(better)} where a worker offers it, else ${ownWords(model)}.`;
};

/** For people. */
function ownWords(model: FamilyName): string {
  const { edits, editor, name } = familyOf(model);
  if (!edits) return `${model} itself, which redraws (img2img)`;
  return editor ? `${editor.name}, the editor of ${model}` : `${name} itself`;
}

const setIt = (editor: ServedEditor): string => `set views.editor to ${editor}`;

function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
