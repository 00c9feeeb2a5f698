import { planRows, toDoWords } from '../../plan/words.js';
import type { RunPlan } from '../../plan/plan.js';
import { licenceLines } from '../../project/families/licence.js';
import { familyOf } from '../../project/families/index.js';
import type { LoadedProject } from '../../project/load.js';
import { html, type Markup } from '../../report/html/markup.js';
import type { Session } from '../door/sessions.js';
import { frame } from './frame.js';
import { capitalised } from './words.js';

const example = `name: mina
model: sandbox
anchor:
  prompt: portrait photo of a young woman, soft light
`;

/** A project file in, its plan beside it, and only then the start. */
export const startPage = (session: Session): string =>
  frame({
    title: 'Start a run',
    session,
    body: html`<div class="start">
      <header>
        <h1>Start a run</h1>
        <p class="intro">Paste or drop a project file. The plan shows what the run would do; nothing starts yet.</p>
      </header>
      <form method="post" action="/start/plan" data-ask data-into="plan">
        <label for="project">Project file (azit.yaml)</label>
        <textarea id="project" name="project" rows="16" spellcheck="false" required data-drop>${example}</textarea>
        <p class="actions"><button>Show the plan</button></p>
      </form>
      <div id="plan" aria-live="polite"></div>
    </div>`,
  });

/** What would be done, and the button that does it. */
export function planPart(
  loaded: LoadedProject,
  plan: RunPlan,
  runId: string,
  notes: readonly string[],
  text: string,
): Markup {
  const { name, model, trigger } = loaded.project;
  const lines = [...toDoWords(plan, model), ...licenceLines(familyOf(model)), ...notes, ...plan.notes];
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
