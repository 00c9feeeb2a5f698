import { html, type Markup } from '../../report/html/markup.js';
import { scoreWords } from '../../report/numbers.js';
import { stepShown, type ReportData } from '../../run/record.js';
import { strengthWords } from '../../run/strengths.js';

/** A person's own choice: before the gate it is kept for it; of a completed run, stage 06 and the report are made anew. */
export function choosePart({ run, checkpoints, choice, waitingFor }: ReportData): Markup {
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
  </section>`;
}
