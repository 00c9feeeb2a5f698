import { planRows, toDoWords } from '../../plan/words.js';
import type { RunPlan } from '../../plan/plan.js';
import { editorModels } from '../../project/families/editors.js';
import { licenceLines } from '../../project/families/licence.js';
import { familyOf } from '../../project/families/index.js';
import type { LoadedProject } from '../../project/load.js';
import { html, type Markup } from '../../report/html/markup.js';
import type { Session } from '../door/sessions.js';
import type { FormField } from '../start/project-form.js';
import type { TrayPlace } from '../start/tray.js';
import { frame } from './frame.js';
import { projectForm } from './project-form.js';
import { capitalised } from './words.js';

const example = `name: mina
model: sandbox
anchor:
  prompt: portrait photo of a young woman, soft light
`;

/** A project file in, its plan beside it, and only then the start. */
export const startPage = (session: Session, tray: string, fields: readonly FormField[]): string =>
  frame({
    title: 'Start a run',
    session,
    body: html`<div class="start">
      <header>
        <h1>Start a run</h1>
        <p class="intro">
          Paste or drop a project file, or fill in the form. The plan shows what the run would do; nothing starts yet.
        </p>
      </header>
      <details>
        <summary>Fill in a form</summary>
        ${projectForm(fields)}
      </details>
      <details id="images">
        <summary>Use your own images</summary>
        <div class="drops" data-tray="${tray}">
          ${dropZone('anchor', 'The first face', 'One image of the person: everything is rendered from it.')}
          ${dropZone('pictures', 'Training images', 'Your own images, with captions as .txt files: nothing is rendered before training.')}
        </div>
        <ul id="not-taken" class="not-taken" aria-live="polite" hidden></ul>
        <div id="tray"></div>
        <dialog id="crop" class="crop" aria-labelledby="crop-title"></dialog>
      </details>
      <form method="post" action="/start/plan" data-ask data-into="plan">
        <input type="hidden" name="tray" value="${tray}" />
        <label for="project">Project file (azit.yaml)</label>
        <textarea id="project" name="project" rows="11" spellcheck="false" required data-drop>${example}</textarea>
        <p class="actions"><button>Show the plan</button></p>
      </form>
      <div id="plan" aria-live="polite"></div>
    </div>`,
  });

const dropZone = (place: TrayPlace, title: string, words: string): Markup =>
  html`<label class="drop" data-place="${place}"
    ><b>${title}</b><span>${words}</span><span class="quiet">Drop PNG, JPEG or WebP files here, or</span
    ><input type="file" accept="image/png,image/jpeg,image/webp,.txt" ${place === 'pictures' && html` multiple`}
  /></label>`;

interface PlanWords {
  runId: string;
  notes: readonly string[];
  /** As it was sent, to be started. */
  text: string;
  tray: string;
}

/** What would be done, and the button that does it. */
export function planPart(loaded: LoadedProject, plan: RunPlan, { runId, notes, text, tray }: PlanWords): Markup {
  const { name, model, trigger } = loaded.project;
  const lines = [
    ...toDoWords(plan, model),
    ...licenceLines(familyOf(model), loaded.files.datasetImages ? [] : editorModels(loaded.project)),
    ...notes,
    ...plan.notes,
  ];
  return html`<section class="plan" aria-labelledby="plan-title">
    <h2 id="plan-title">The plan</h2>
    <p class="intro">${name} with ${model}, trigger word ${trigger}, run ${runId}</p>
    <div class="scroll" tabindex="0" role="group" aria-label="What the run would do">
      <table>
        <tbody>
          ${planRows(plan).map(
            ([title, what, amount]) =>
              html`<tr>
                <th scope="row">${title}</th>
                <td>${what}</td>
                <td>${amount}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <ul>
      ${lines.map((line) => html`<li>${capitalised(line)}</li>`)}
    </ul>
    <form method="post" action="/start" data-ask class="actions">
      <input type="hidden" name="project" value="${text}" />
      <input type="hidden" name="tray" value="${tray}" />
      <button>Start this run</button>
    </form>
  </section>`;
}

export const problemsPart = (problems: readonly string[]): Markup =>
  html`<section class="plan" aria-labelledby="plan-title">
    <h2 id="plan-title">The project file needs a correction</h2>
    <ul class="problems">
      ${problems.map((problem) => html`<li>${problem}</li>`)}
    </ul>
  </section>`;
