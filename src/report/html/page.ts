import { stageIds, stageTitles } from '../../project/names.js';
import { captures } from './captures.js';
import type { PageContext } from './context.js';
import { gallery } from './gallery.js';
import { generalisation } from './generalisation.js';
import { hero, verdict } from './hero.js';
import { html, type Markup } from './markup.js';
import { stageSections } from './stages.js';
import { styleSheet } from './style.js';
import { numbers, provenance } from './tables.js';
import { waiting } from './waiting.js';

/**
 * No script, nothing from elsewhere: the page carries all it shows, and says so to the browser, so that not even a
 * hostile name could load anything.
 */
const policy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'";

/** The whole report as one HTML document. */
export function page(context: PageContext): string {
  const { data } = context;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="azit" />
        <title>${data.run.name} · AZIT LoRA pipeline</title>
        <style>
          ${styleSheet(data.run)}
        </style>
      </head>
      <body>
        <a class="skip" href="#choice">Skip to the choice</a>
        ${hero(context)}${contents(context)}
        <main>
          ${waiting(context)}${verdict(context)}
          <div class="stages">${stageSections(context)}</div>
          ${gallery(context)}${generalisation(context)}${captures(context)}${numbers(context)}${provenance(data)}
        </main>
        <footer>
          <p>
            Made by AZIT. Every image opens its original under <code>images/</code>; <code>report.json</code> beside
            this page holds the sha256 of each, and <code>azit verify</code> checks them.
          </p>
        </footer>
      </body>
    </html> `;
  return document.text;
}

/** A link to each stage, for a list of contents. */
export const stageLinks = (): Markup[] =>
  stageIds.map(
    (id) =>
      html`<li>
        <a href="#${id}"
          ><b>${id.slice(0, 2)}</b>
          ${stageTitles[id].split(' · ')[0]}${id.endsWith('-i') && ' · i'}${id.endsWith('-ii') && ' · ii'}</a
        >
      </li>`,
  );

/** A run of an earlier version measured none of it, and has no such section. */
export const generalisationLink = ({ checkpoints }: Pick<PageContext['data'], 'checkpoints'>): [string, string][] =>
  checkpoints.some((one) => one.generalisation) ? [['generalisation', 'Generalisation']] : [];

function contents({ data }: PageContext): Markup {
  const rest = [
    ['choice', 'Choice'],
    ['gallery', 'Gallery'],
    ...generalisationLink(data),
    ['pipeline', 'Pipeline'],
    ['numbers', 'Numbers'],
    ['provenance', 'Provenance'],
  ];
  return html`<nav aria-label="Contents">
    <ol>
      ${stageLinks()}${rest.map(([id, words]) => html`<li><a href="#${id}">${words}</a></li>`)}
    </ol>
  </nav>`;
}
