import { html, type Markup } from '../../report/html/markup.js';
import { timeWords } from '../../report/numbers.js';
import type { ReportData, TimelineEvent } from '../../run/record.js';

/** The stages have their place on the page; the sweep has its gallery. */
const placeOf = (stage: TimelineEvent['stage']): string | null =>
  stage === 'run' ? null : stage === 'sweep' ? 'gallery' : stage;

/** What was decided so far, when, and by whom. */
export function decidedPart({ timeline }: ReportData): Markup {
  const decisions = timeline.filter(({ kind }) => kind === 'decision' || kind === 'resume');
  if (decisions.length === 0) return html`<section id="decided" hidden></section>`;
  return html`<section id="decided" class="decided" aria-labelledby="decided-title">
    <h2 id="decided-title">Decisions</h2>
    <ol>
      ${decisions.map(({ at, stage, text }) => {
        const place = placeOf(stage);
        return html`<li>
          <time datetime="${at}">${timeWords(at)}</time>
          <span>${place ? html`<a href="#${place}">${stage}</a>` : 'run'}</span>
          <span>${text}</span>
        </li>`;
      })}
    </ol>
  </section>`;
}
