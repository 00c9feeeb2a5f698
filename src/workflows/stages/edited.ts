import { editorTurn } from '../../dataset/index.js';
import { chosenEditor, type ChosenEditor } from '../../project/families/editors.js';
import type { ViewRequest } from '../../project/families/family.js';
import type { Run } from '../run.js';
import { renderAndScore, type Judged, type Request } from './pictures.js';

/** What edits the next image; with several, whose turn it is. */
export const editorFor = (run: Run, turn = 0): ChosenEditor => {
  const editor = chosenEditor(run.input.project, turn);
  return run.input.graphs?.edit ? { ...editor, name: 'your own graph', edits: true } : editor;
};

/** Renders and measures views, each by the editor whose turn it is: one unit an editor, all at once. In their order. */
export async function renderViews(
  run: Run,
  request: Omit<Request, 'graph' | 'editor'>,
  views: readonly ViewRequest[],
  round: number,
): Promise<Judged[]> {
  const turns = views.map((view) => editorFor(run, editorTurn(run.input.project, view, round)));
  const editors = [...new Map(turns.map((editor) => [editor.name, editor])).values()];
  if (editors.length === 1) return await renderAndScore(run, { ...request, graph: 'edit', editor: editors[0] });
  const judged: Judged[] = [];
  await Promise.all(
    editors.map(async (editor) => {
      const places = [...turns.keys()].filter((at) => turns[at].name === editor.name);
      const items = places.map((at) => request.items[at]);
      const unit = `${request.unit}-${editor.name}`;
      const found = await renderAndScore(run, { ...request, graph: 'edit', editor, unit, items });
      for (const [at, place] of places.entries()) judged[place] = found[at];
    }),
  );
  return judged;
}
