import { html, type Content, type Markup } from '../../report/html/markup.js';
import { scoreWords } from '../../report/numbers.js';
import { stepShown, type ReportData } from '../../run/record.js';
import { strengthWords } from '../../run/checkpoint-record.js';

/** A person's own choice: before the gate it is kept for it; of a completed run, stage 06 and the report are made anew. */
export function choosePart({ run, checkpoints, choice, waitingFor, strips }: ReportData): Markup {
  const scored = checkpoints.filter(({ identity }) => identity !== null);
  const mayChoose = run.state === 'completed' || run.finishedAt === null;
  if (scored.length === 0 || !mayChoose || waitingFor) return html`<section id="choose" hidden></section>`;
  const chosen = stepShown(choice);
  const isDone = run.state === 'completed';
  return html`<section id="choose" class="choose" aria-label="Choose another checkpoint">
    <form
      method="post"
      action="/run/${run.id}/choose"
      data-ask${isDone && html` data-sure="Choose this checkpoint? Stage 06 and the report are made again with it."`}
    >
      <label
        >Choose ${chosen === null ? 'a' : 'another'} checkpoint
        <select name="step" required>
          ${scored.map(({ step, identity }) => html`<option value="${step}" ${step === chosen && html` selected`}>step ${step}${identity && ` · identity ${scoreWords(identity)}`}</option>`)}
        </select></label
      >
      ${
        run.strengths &&
        html`<label
          >Strength
          <select name="strength">
            ${run.strengths.map((strength) => html`<option value="${strength}" ${strength === choice?.strength && html` selected`}>${strength}</option>`)}
          </select></label
        >`
      }
      <button class="plain">Choose</button>
      <p class="quiet">
        ${
          isDone
            ? 'Stage 06 and the report are then made again with it.'
            : 'The run uses it once every checkpoint is scored.'
        }
        ${choice?.advice && `The rule chooses ${choice.advice.step ?? 'none'}${strengthWords(choice.advice.strength)}.`}
      </p>
    </form>
    ${seedsForm(run.id, strips)}
  </section>`;
}

/** Where the sweep can't tell two checkpoints apart, more images may. */
function seedsForm(runId: string, strips: ReportData['strips']): Content {
  const seeds = Math.max(0, ...strips.map(({ images }) => new Set(images.map(({ seed }) => seed)).size));
  if (seeds === 0 || seeds >= mostSeeds) return null;
  return html`<form
    method="post"
    action="/run/${runId}/seeds"
    data-ask
    data-sure="Start a run with more seeds? It reuses all that is done."
  >
    <label
      >More seeds: now ${seeds}, then
      <input
        type="number"
        name="seeds"
        min="${seeds + 1}"
        max="${mostSeeds}"
        value="${Math.min(mostSeeds, seeds * 2)}"
        required
    /></label>
    <button class="plain">Start with more seeds</button>
    <p class="quiet">This starts a new run, which renders only the new images.</p>
  </form>`;
}

/** The project file allows as many. */
const mostSeeds = 32;
