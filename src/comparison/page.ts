import sharp from 'sharp';
import type { ChartPair } from '../report/html/context.js';
import { html, trusted, type Content, type Markup } from '../report/html/markup.js';
import { identityWords } from '../report/numbers.js';
import { colourRules } from './curves.js';
import { pairSentence, type Comparison, type PromptStrips } from './comparison.js';

const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const rules = `
:root{--paper:#fff;--ink:#111113;--quiet:#63636a;--hairline:#e2e2e6;${colourRules('light')};color-scheme:light dark}
@media screen and (prefers-color-scheme:dark){:root{--paper:#121214;--ink:#f2f2f4;--quiet:#9c9ca5;--hairline:#2c2c31;${colourRules('dark')}}}
body{margin:0 auto;padding:32px clamp(16px,4vw,56px);max-width:1400px;background:var(--paper);color:var(--ink);font:16px/1.5 Inter,'Helvetica Neue',Arial,sans-serif}
h1{font-size:30px;margin:0 0 8px}h2{font-size:21px;margin:44px 0 10px}h3{font-size:16px;margin:26px 0 6px}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:7px 14px 7px 0;border-bottom:1px solid var(--hairline);overflow-wrap:break-word;max-width:60ch}
th{font-weight:600}td code{font-size:13px;white-space:nowrap}.quiet{color:var(--quiet)}.scrolls{overflow-x:auto}svg,img{max-width:100%;height:auto;display:block}.narrow{display:none}
@media (max-width:640px){.narrow{display:block}.wide{display:none}}
figure{margin:0 0 14px}figcaption{color:var(--quiet);font-size:14px}`;

/** In the page a strip is this wide at most; the file beside it is whole. */
const stripWidth = 1500;

/** One document, complete by itself. */
export async function comparisonPage(
  comparison: Comparison,
  curve: ChartPair | null,
  strips: PromptStrips[],
): Promise<string> {
  const { runs, differences, pairs } = comparison;
  const ids = runs.map(({ id }) => id);
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>${ids.join(', ')} · AZIT comparison</title>
        <style>
          ${trusted(rules)}
        </style>
      </head>
      <body>
        <h1>${ids.join(' · ')}</h1>
        ${pairs.map((pair) => html`<p>${pairSentence(pair)}</p>`)}
        ${table(
          ['Run', 'Model', 'State', 'Checkpoint', 'Identity'],
          runs.map(({ id, model, state, step, identity }) => [
            id,
            model,
            state,
            step === null ? 'none' : `step ${step}`,
            identity === null ? 'not measured' : identityWords(identity),
          ]),
        )}
        <h2>What differs in the project files</h2>
        ${
          differences.length === 0
            ? html`<p class="quiet">Nothing.</p>`
            : table(
                ['Key', ...ids],
                differences.map(({ key, values }) => [html`<code>${key}</code>`, ...values.map(valueWords)]),
              )
        }
        <h2>Identity by training step</h2>
        ${
          curve
            ? html`<div class="wide">${trusted(curve.wide)}</div>
                <div class="narrow">${trusted(curve.narrow)}</div>`
            : html`<p class="quiet">No checkpoint is scored yet.</p>`
        }
        <h2>Strips</h2>
        ${await Promise.all(strips.map(stripSection))}
      </body>
    </html> `;
  return document.text;
}

const table = (head: Content[], rows: Content[][]): Markup =>
  html`<div class="scrolls">
    <table>
      <thead>
        <tr>
          ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

const valueWords = (value: unknown): Content =>
  value === undefined ? html`<span class="quiet">–</span>` : typeof value === 'string' ? value : JSON.stringify(value);

async function stripSection({ text, images }: PromptStrips): Promise<Markup> {
  const figures: Markup[] = [];
  for (const { run, bytes } of images) {
    const small = await sharp(bytes)
      .resize({ width: stripWidth, withoutEnlargement: true })
      .jpeg({ quality: 80 })
      .toBuffer();
    const source = `data:image/jpeg;base64,${small.toString('base64')}`;
    figures.push(
      html`<figure>
        <figcaption>${run}</figcaption>
        <img src="${source}" alt="${`${run}: ${text}`}" />
      </figure>`,
    );
  }
  return html`<section>
    <h3>${text}</h3>
    ${figures}
  </section>`;
}
