import { flux1Dev } from './flux1-dev/preset.js';
import { flux2Klein4b } from './flux2-klein-4b/preset.js';
import { flux2Klein9b } from './flux2-klein-9b/preset.js';
import type { Family, GraphKind } from './family.js';
import { familyOf, graphFolderOf, isFamily, type FamilyName } from './index.js';
import { qwenEdit2511, qwenEditFiles } from './qwen-edit-2511/editor.js';
import { qwen21 } from './qwen-2-1/editor.js';
import { sandbox } from './sandbox/preset.js';

/** What edits the images of stages 02 to 04, chosen apart from the family. */
export interface Editor {
  /** Null: the engine that trains, too. */
  model: NonNullable<Family['editor']> | null;
  /** The folder of its graph `edit.json`. */
  graphs: string;
  comfyui?: string;
  /** How many images of the person it takes at once. Absent: one. */
  inputImages?: number;
  modelFiles: Family['modelFiles'];
  canonicalPrompt: string;
  viewPrompt: Family['viewPrompt'];
  negative: string;
}

/** A family that edits by itself, as the editor of others. */
const ofFamily = (family: Family, graphs: string, roles?: readonly string[]): Editor => {
  const { name, repository, licence, editor, comfyui, inputImages, modelFiles } = family;
  const { canonicalPrompt, viewPrompt, negative } = family;
  const files = Object.entries(modelFiles).filter(([role]) => !roles || roles.includes(role));
  return {
    model: editor ?? (repository === null ? null : { name, repository, licence }),
    graphs,
    comfyui,
    inputImages,
    modelFiles: Object.fromEntries(files),
    canonicalPrompt,
    viewPrompt,
    negative,
  };
};

/** Each has a task queue of its own, `azit-render-EDITOR`: one ComfyUI may edit while another renders. */
const editors = {
  'qwen-edit-2511': {
    model: qwenEdit2511.editor,
    graphs: qwenEdit2511.graphs.edit,
    modelFiles: qwenEditFiles,
    canonicalPrompt: qwenEdit2511.canonicalPrompt,
    viewPrompt: qwenEdit2511.viewPrompt,
    negative: '',
  },
  'klein-4b': ofFamily(flux2Klein4b, 'flux2-klein-4b'),
  'klein-9b': ofFamily(flux2Klein9b, 'flux2-klein-9b'),
  'qwen-2-1': qwen21,
  kontext: ofFamily(flux1Dev, 'flux1-dev', ['edit-model', 'clip-l', 't5', 'vae']),
  'sandbox-edit': ofFamily(sandbox, 'sandbox'),
} satisfies Record<string, Editor>;

/** An editor with a server of its own. */
export type ServedEditor = keyof typeof editors;
export const servedEditors = Object.keys(editors) as ServedEditor[];

/** `redraw`: the family's own model draws the image before anew, on the family's own server. */
export const editorNames = [...servedEditors, 'redraw'] as const;
export type EditorName = ServedEditor | 'redraw';

/** What a render worker serves: a task queue, graphs, and the model files that they load. */
export type ServedName = FamilyName | ServedEditor;

export const isEditor = (name: string): name is ServedEditor => Object.hasOwn(editors, name);
export const editorOf = (name: ServedEditor): Editor => editors[name];

export const modelFilesServed = (name: ServedName): Readonly<Record<string, string>> =>
  isEditor(name) ? editors[name].modelFiles : familyOf(name).modelFiles;

/** The folder of a graph, below this one. */
export function graphFolderServed(name: string, kind: GraphKind): string {
  if (isEditor(name)) return editors[name].graphs;
  return isFamily(name) ? graphFolderOf(name, kind) : name;
}

/** The graphs that a server of this name is asked for. */
export const graphKindsServed = (name: ServedName): GraphKind[] =>
  isEditor(name) ? ['edit'] : ['text-to-image', 'text-to-image-lora', 'edit'];

export interface WithEditor {
  model: FamilyName;
  views?: { editors: EditorName[] };
}

/** What edits an image of a project, and what serves it. */
export interface ChosenEditor {
  /** For people and the report. */
  name: string;
  served: ServedName;
  canonicalPrompt: string;
  viewPrompt: Family['viewPrompt'];
  negative: string;
  /** See `Editor`. */
  inputImages?: number;
  /** Img2img only. */
  editDenoise?: Family['editDenoise'];
  edits: boolean;
}

/** @param turn of several, the one whose turn it is */
export function chosenEditor({ model, views }: WithEditor, turn = 0): ChosenEditor {
  const name = views?.editors[turn % views.editors.length];
  const family = familyOf(model);
  if (name !== undefined && name !== 'redraw') return { ...editors[name], name, served: name, edits: true };
  const { canonicalPrompt, viewPrompt, negative, inputImages, editDenoise, edits, editor } = family;
  const own = edits ? (editor?.name ?? family.name) : 'redraw';
  return { name: own, served: model, canonicalPrompt, viewPrompt, negative, inputImages, editDenoise, edits };
}

/** Whether one of them is shown more of the person than the portrait. A graph of the person's own takes one image. */
export const takesSeveralImages = (project: WithEditor, graphs: { edit?: unknown } = {}): boolean =>
  !graphs.edit &&
  (project.views?.editors ?? [null]).some((_, turn) => (chosenEditor(project, turn).inputImages ?? 1) > 1);

/** The models that edit: those that were chosen, else the family's own. */
export function editorModels({ model, views }: WithEditor): NonNullable<Family['editor']>[] {
  const family = familyOf(model);
  if (!views) return family.editor ? [family.editor] : [];
  const models = views.editors.flatMap((name) => (name === 'redraw' ? [] : (editors[name].model ?? [])));
  // One that trains and edits is there once, as the base.
  return models.filter(({ repository }) => repository !== family.repository);
}

/** Why a family can't have its views from an editor; null: it can. */
export function editorProblem(model: FamilyName, editor: EditorName): string | null {
  if (model === 'sandbox' || editor === 'sandbox-edit')
    return model === 'sandbox' && editor === 'sandbox-edit'
      ? null
      : "the sandbox's images are edited by 'sandbox-edit' alone, and no other model's are";
  if (editor === 'redraw' && familyOf(model).edits)
    return `${model} has no graph that redraws an image: use another editor, or leave the key out for its own`;
  return null;
}
