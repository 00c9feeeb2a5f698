import { html, type Markup } from '../../report/html/markup.js';
import { strengthWords } from '../../run/checkpoint-record.js';
import { stepShown, type ReportData } from '../../run/record.js';

/** What a person takes home: the LoRA's folder and the report, each as a zip. */
export function homePart({ run, saved = [], checkpoints, choice, strips }: ReportData): Markup {
  const steps = [...new Set([...saved, ...checkpoints].map(({ step }) => step))].sort((a, b) => a - b);
  const chosen = stepShown(choice);
  return html`<section class="home" id="home" aria-labelledby="home-title">
    <header>
      <p class="eyebrow">Download</p>
      <h2 id="home-title">The LoRA and the report</h2>
    </header>
    ${
      steps.length === 0
        ? html`<p class="quiet">There is no LoRA until the first checkpoint is saved.</p>`
        : html`<form method="get" action="/run/${run.id}/lora.zip">
            <label
              >The LoRA of
              <select name="step">
                ${steps.map((step) => html`<option value="${step}" ${step === (chosen ?? steps.at(-1)) && html` selected`}>step ${step}${step === chosen && ', the chosen one'}</option>`)}
              </select></label
            >
            <button>Download the LoRA</button>
            <p class="quiet">Weights, preview, model card and evidence, in one zip.</p>
          </form>`
    }
    ${
      strips.some(({ images }) => images.length > 0) &&
      html`<ul class="strips" aria-label="Strips, one image each">
        ${strips.map(
          (strip, index) =>
            strip.images.length > 0 &&
            html`<li>
              <a href="/run/${run.id}/strip/${index}.png" download
                >Strip ${strip.prompt}${strengthWords(strip.strength)}</a
              >
            </li>`,
        )}
      </ul>`
    }
    <form method="get" action="/run/${run.id}/report.zip">
      <button class="plain">Download the report</button>
      <p class="quiet">A folder that opens offline, without the LoRA.</p>
    </form>
  </section>`;
}
