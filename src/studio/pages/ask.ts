import { viewTitle } from '../../dataset/views.js';
import type { Gate } from '../../project/names.js';
import { allStages } from '../../report/json.js';
import { pictureLink } from '../../report/html/figure.js';
import { html, type Content, type Markup } from '../../report/html/markup.js';
import { identityWords, scoreWords, sentence } from '../../report/numbers.js';
import { isChosen } from '../../report/wanted.js';
import { stageName } from '../../progress/words.js';
import type { RunStatus } from '../../run/messages.js';
import type { GateOption, GateQuestion, Picture, ReportData } from '../../run/record.js';
import type { Score } from '../../run/checkpoint-record.js';
import type { ArtifactRef } from '../../run/ref.js';
import { longest } from '../../text/cut.js';
import type { StudioAlbum } from '../pictures/album.js';

const titles: Record<Gate, string> = {
  anchor: 'Choose the face that everything starts from',
  canonical: 'Choose the bare-face portrait',
  dataset: 'Review the images of the dataset',
  checkpoint: 'Choose the checkpoint',
};

const rejections: Record<Gate, string> = {
  anchor: 'None of them: render new candidates',
  canonical: 'None of them: render new candidates',
  dataset: 'Not this dataset: render it again',
  checkpoint: 'None of them: end without a choice',
};

/** What the run asks of a person at this moment; an empty place where it asks nothing. */
export function askPart({ runId, waitingFor, help, sweep }: RunStatus, data: ReportData, album: StudioAlbum): Markup {
  if (help) return helpPart(runId, help);
  if (!waitingFor) return html`<section id="ask" hidden></section>`;
  const { gate, options } = waitingFor;
  const isMany = gate === 'dataset';
  const reference = referenceOf(gate, data);
  const proposed = options.find((option) => option.proposed) ?? (gate === 'checkpoint' ? null : options[0]);
  return html`<section id="ask" class="ask" aria-labelledby="ask-title" data-gate="${gate}">
    <header>
      <p class="eyebrow">The run is waiting for you · ${gate}</p>
      <h2 id="ask-title">${titles[gate]}</h2>
      <p class="intro">${introOf(waitingFor, data)}</p>
      <p class="keys quiet">
        Keys: arrows move, ${isMany ? 'space leaves an image out or takes it back' : '0–9 pick by number'}, Enter
        approves, r rejects, o opens the image.
      </p>
    </header>
    <form method="post" action="/run/${runId}/approve" data-ask class="choices${reference && ' beside'}">
      <input type="hidden" name="gate" value="${gate}" />
      <input type="hidden" name="seen" value="${seenOf(waitingFor)}" />
      ${reference && referenceFigure(reference, album)}
      <div class="options ${gate}" role="${isMany ? 'group' : 'radiogroup'}" aria-labelledby="ask-title">
        ${options.map((option) => optionItem(option, { gate, isMany, checked: option === proposed, score: scoreOf(option, sweep) }, album))}
      </div>
      <p class="actions">
        <button class="approve">
          ${isMany ? 'Approve the dataset' : gate === 'checkpoint' ? 'Choose this checkpoint' : 'Approve this one'}
        </button>
      </p>
    </form>
    <form method="post" action="/run/${runId}/reject" data-ask class="reject">
      <input type="hidden" name="gate" value="${gate}" />
      <label
        >${rejections[gate]}. Why?
        <input name="reason" required maxlength="${longest.line}" placeholder="Shown in the report" autocomplete="off"
      /></label>
      <button class="plain">Reject</button>
    </form>
  </section>`;
}

/** What the page shows is what is decided about: the images may be others by now. */
export const seenOf = ({ options }: GateQuestion): string =>
  options
    .map(({ image }) => image.sha256.slice(0, 12))
    .join('-')
    .slice(0, 4000);

function introOf({ gate, options }: GateQuestion, { choice }: ReportData): string {
  if (gate === 'dataset')
    return `${options.length} images would be trained on or held out. Click the ones to leave out; the others are used.`;
  if (gate !== 'checkpoint') return `${options.length} candidates. The first decision at a gate is final.`;
  const step = choice?.advice ? choice.advice.step : (choice?.step ?? null);
  return `${step === null ? 'The rule chooses none.' : `The rule chooses step ${step}.`} ${choice ? sentence(choice.reason) : ''}`;
}

function referenceOf(gate: Gate, data: ReportData): { picture: Picture; words: string } | null {
  const [anchor, canonical] = allStages(data).map((stage) => stage.outputs.find(({ image }) => isChosen(stage, image)));
  if (gate === 'anchor') return null;
  if (gate === 'canonical') return anchor ? { picture: anchor, words: 'The anchor' } : null;
  const picture = canonical ?? data.references[0];
  return picture ? { picture, words: canonical ? 'The portrait' : 'A held-out image' } : null;
}

const referenceFigure = ({ picture, words }: { picture: Picture; words: string }, album: StudioAlbum): Markup =>
  html`<figure class="reference">
    ${pictureLink(album, picture.image, 'large', words)}
    <figcaption>${words}, to compare with</figcaption>
  </figure>`;

interface OptionWords {
  gate: Gate;
  isMany: boolean;
  checked: boolean;
  score: Score | null;
}

function optionItem(option: GateOption, { gate, isMany, checked, score }: OptionWords, album: StudioAlbum): Markup {
  const { index, image, identity, name, proposed } = option;
  // The numbers are those that the commands take.
  const title =
    gate === 'checkpoint' && name ? name : isMany ? `${index} · ${viewTitle(name ?? 'image')}` : `Candidate ${index}`;
  const facts = [
    score ? `identity ${scoreWords(score)}` : identity !== null && `identity ${identityWords(identity)}`,
    proposed === true && 'proposed',
  ].filter((fact): fact is string => typeof fact === 'string');
  const input = isMany
    ? html`<input type="checkbox" name="drop" value="${index}" aria-label="Leave out ${title}" />`
    : html`<input
        type="radio"
        name="pick"
        value="${index}"
        required
        aria-label="${title}"
        ${checked && html` checked`}
      />`;
  return html`<div class="option${proposed === true && ' proposed'}">
    <label>
      ${input} ${imageOf(image, album, title)}
      <span class="caption"
        ><b>${isMany || index > 9 ? '' : html`<kbd>${index}</kbd>`} ${title}</b
        >${facts.map((fact) => html`<span>${fact}</span>`)}</span
      >
    </label>
    <a class="open" href="${album.fileOf(image).path}">Open</a>
  </div>`;
}

function imageOf(image: ArtifactRef, album: StudioAlbum, alt: string): Content {
  const { uri, width, height } = album.thumbnailOf(image, 'large');
  return html`<img src="${uri}" width="${width}" height="${height}" alt="${alt}" decoding="async" />`;
}

function scoreOf({ step, strength }: GateOption, sweep: RunStatus['sweep']): Score | null {
  const found = sweep.find((one) => step !== undefined && one.step === step);
  return found?.strengths?.find((one) => one.strength === strength)?.identity ?? found?.identity ?? null;
}

const helpPart = (runId: string, { stage, text, cure, startAgain }: NonNullable<RunStatus['help']>): Markup =>
  html`<section id="ask" class="ask help" aria-labelledby="ask-title">
    <header>
      <p class="eyebrow">The run needs help · ${stageName(stage)}</p>
      <h2 id="ask-title">${sentence(text)}</h2>
      <p class="intro"><b>Fix:</b> ${sentence(cure)}</p>
    </header>
    <p class="actions">
      ${
        !startAgain &&
        html`<form method="post" action="/run/${runId}/resume" data-ask><button>It is fixed: resume</button></form>`
      }
      <form method="post" action="/run/${runId}/cancel" data-ask data-sure="Give up this run? Nothing is deleted.">
        <button class="plain">Give up</button>
      </form>
    </p>
  </section>`;
