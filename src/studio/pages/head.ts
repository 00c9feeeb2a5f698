import type { PageContext } from '../../report/html/context.js';
import { fact, heroPictures, nameClass, stateWords } from '../../report/html/hero.js';
import { pictureLink } from '../../report/html/figure.js';
import { html, type Markup } from '../../report/html/markup.js';
import { secondsBetween, timeWords } from '../../report/numbers.js';
import { durationWords } from '../../text/figures.js';

/** Who, with what, how it stands: the report's opening, lower, so that what asks for a person stands on the first screen. */
export function headPart({ data, album }: PageContext): Markup {
  const { run } = data;
  return html`<header id="head" class="head">
    <div class="words">
      <h1 class="${nameClass(run.name)}" dir="auto">${run.name}</h1>
      <dl class="facts">
        ${fact('State', html`<span class="state ${run.state}">${stateWords[run.state]}</span>`)}${fact('Trigger word', html`<code>${run.trigger}</code>`)}${fact('Model', run.model)}${fact('Run', run.id)}
        ${fact('Started', timeWords(run.startedAt))}
        ${run.finishedAt && fact('Took', durationWords(secondsBetween(run.startedAt, run.finishedAt)))}
      </dl>
    </div>
    <div class="faces">
      ${heroPictures(data).map(
        ({ picture, words }) =>
          html`<figure>
            ${pictureLink(album, picture.image, 'strip', words)}
            <figcaption>${words}</figcaption>
          </figure>`,
      )}
    </div>
  </header>`;
}
