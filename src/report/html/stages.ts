import { stageTitles, type StageId } from '../../project/names.js';
import type { Album } from '../album.js';
import type { Picture, ReportData, StageRecord, StageState } from '../../run/record.js';
import { allStages } from '../json.js';
import { plural, secondsBetween, sentence } from '../numbers.js';
import { durationWords } from '../../text/figures.js';
import { mostShown, platesOf } from '../shown.js';
import { isChosen } from '../wanted.js';
import type { PageContext } from './context.js';
import { coverageTable } from './coverage.js';
import { foundIn, madeBy, pictureLink } from './figure.js';
import { html, type Content, type Markup } from './markup.js';
import { frame, moreIn, rejectedFrame, sheet } from './sheet.js';
import { trainingBody } from './training.js';

const intros: Record<StageId, string> = {
  '01-anchor': 'The face that everything starts from: one clear, frontal portrait defines the person.',
  '02-canonical':
    'The anchor again as a bare-face, passport-style portrait, so that the identity is fixed without make-up, styling or lighting.',
  '03-views-i': 'The same face from many angles, so that the LoRA learns the whole head and not one view of it.',
  '04-views-ii':
    'More angles, distances and expressions. Some kept images are held out of training; every checkpoint is scored against them.',
  '05-training':
    'The kept images and their captions train the LoRA; each valid checkpoint is published during training.',
  '06-editorial':
    'The chosen checkpoint in its own render graph: the person in new scenes that the dataset never showed.',
};

export const stageStateWords: Record<StageState, string> = {
  pending: 'Not started',
  running: 'Running',
  waiting: 'Waiting for you',
  'needs-help': 'Needs help',
  done: 'Done',
  skipped: 'Skipped',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** The six stages, each with its pictures. */
export const stageSections = (context: PageContext): Markup[] =>
  allStages(context.data).map((stage) => stageSection(stage, context));

function stageSection(stage: StageRecord, context: PageContext): Markup {
  const { id, state, attempts, startedAt, finishedAt, message } = stage;
  const facts = [
    startedAt !== null && finishedAt !== null && durationWords(secondsBetween(startedAt, finishedAt)),
    attempts > 1 && plural(attempts, 'attempt'),
  ].filter((fact) => fact !== false);
  return html`<section class="stage ${state}" id="${id}" aria-labelledby="${id}-title">
    <header>
      <p class="number" aria-hidden="true">${id.slice(0, 2)}</p>
      <div>
        <h2 id="${id}-title">${stageTitles[id]}</h2>
        <p class="intro">${intros[id]}</p>
      </div>
      <p class="meta">${stateMark(stage, context.data)}${facts.map((one) => html`<span>${one}</span>`)}</p>
    </header>
    ${message !== null && html`<p class="${state === 'done' || state === 'skipped' ? 'quiet' : 'message'}">${sentence(message)}</p>`}${bodyOf(stage, context)}
  </section>`;
}

/** A stage that is under way while its run asks a person is not what runs. */
function stateMark({ state }: StageRecord, { waitingFor }: ReportData): Markup {
  if (state === 'running' && waitingFor) return html`<span class="state waiting">Waiting for you</span>`;
  return html`<span class="state ${state}">${stageStateWords[state]}</span>`;
}

function bodyOf(stage: StageRecord, context: PageContext): Content {
  if (stage.id === '05-training') return trainingBody(stage, context);
  if (stage.state === 'skipped' && stage.outputs.length === 0) return skippedBody(stage);
  if (stage.id === '06-editorial') return editorialBody(stage, context);
  if (stage.outputs.length === 0 && stage.rejected.length === 0) return html`<p class="quiet">No image yet.</p>`;
  const chosen = stage.outputs.find(({ image }) => isChosen(stage, image));
  return chosen ? chosenBody(stage, chosen, context) : sheetBody(stage, context);
}

/** The run's own words stand above, where it has some. */
function skippedBody({ id, message }: StageRecord): Content {
  if (message !== null) return null;
  const why = id === '06-editorial' ? 'No checkpoint was chosen' : 'The dataset was provided as a folder of images';
  return html`<p class="quiet">${why}.</p>`;
}

/** 01 and 02: the one the run went on with, large, beside all that it was chosen from. */
function chosenBody(stage: StageRecord, chosen: Picture, { album }: PageContext): Markup {
  const others = stage.outputs.length - 1 + stage.rejected.length;
  const alt = `${stageTitles[stage.id]}: the chosen image`;
  return html`<div class="pair">
    <figure class="plate">
      ${pictureLink(album, chosen.image, 'large', alt)}
      <figcaption>
        <b>Chosen</b>
        ${foundIn(chosen)}${chosen.prompt && html`<q>${chosen.prompt}</q>`}
      </figcaption>
    </figure>
    <div>
      ${
        others > 0
          ? html`<p class="count">${plural(others + 1, 'candidate')}</p>
              ${sheet([...keptFrames(stage, album), ...rejectedFrames(stage, album)])}${moreIn(unshown(stage), stage.id)}`
          : html`<p class="quiet">${chosen.seed === null ? 'Provided, not rendered' : 'The only candidate'}.</p>`
      }
    </div>
  </div>`;
}

const candidateCount = ({ outputs, rejected }: StageRecord): string =>
  outputs.length === 0
    ? `${plural(rejected.length, 'candidate')}, none passed`
    : `${plural(outputs.length + rejected.length, 'candidate')}, none chosen yet`;

/** A contact sheet of what was kept; what was rejected, and why, in a fold-out (open where nothing was kept). */
function sheetBody(stage: StageRecord, context: PageContext): Markup {
  const { album } = context;
  const heldOut = stage.outputs.filter((picture) => picture.heldOut).length;
  const candidates = stage.id === '01-anchor' || stage.id === '02-canonical';
  const counts = [
    candidates ? candidateCount(stage) : `${stage.outputs.length} kept`,
    heldOut > 0 && `${heldOut} of them held out`,
    `${stage.rejected.length} rejected`,
  ];
  return html`<p class="count">${counts.filter((one) => one !== false).join(' · ')}</p>
    ${stage.outputs.length > 0 && sheet(keptFrames(stage, album))}
    ${stage.rejected.length > 0 && html`<details${stage.outputs.length === 0 && html` open`}><summary>Rejected, and why (${stage.rejected.length})</summary>${sheet(rejectedFrames(stage, album))}</details>`}${moreIn(unshown(stage), stage.id)}${stage.id === '04-views-ii' && coverageTable(context)}`;
}

const keptFrames = (stage: StageRecord, album: Album): Markup[] =>
  stage.outputs.slice(0, mostShown.sheet).map((one) => frame(stage, one, album));

const rejectedFrames = ({ rejected }: StageRecord, album: Album): Markup[] =>
  rejected.slice(0, mostShown.rejected).map((one) => rejectedFrame(one, album));

/** How many of a stage's pictures its contact sheets leave out. */
const unshown = ({ outputs, rejected }: StageRecord): number =>
  Math.max(0, outputs.length - mostShown.sheet) + Math.max(0, rejected.length - mostShown.rejected);

function editorialBody(stage: StageRecord, { data, album }: PageContext): Markup {
  const pictures = data.editorial.length > 0 ? data.editorial : stage.outputs;
  if (pictures.length === 0) return html`<p class="quiet">No image yet.</p>`;
  const shown = platesOf(pictures);
  const plates = shown.plates.map((picture, index) => {
    const { image, prompt } = picture;
    const name = image.name.replace(/\.\w+$/, '');
    const alt = `Editorial image ${index + 1}, ${name}`;
    return html`<figure class="plate">
      ${pictureLink(album, image, 'large', alt)}
      <figcaption>
        <b>${name}</b>
        ${foundIn(picture)}${madeBy(album, picture)}${prompt && html`<q>${prompt}</q>`}
      </figcaption>
    </figure>`;
  });
  const rejected = rejectedFrames(stage, album);
  const more = pictures.length - plates.length - shown.sheet.length + stage.rejected.length - rejected.length;
  return html`<div class="plates">${plates}</div>
    ${shown.sheet.length > 0 && sheet(shown.sheet.map((one) => frame(stage, one, album)))}
    ${
      rejected.length > 0 &&
      html`<details>
        <summary>Rejected, and why (${stage.rejected.length})</summary>
        ${sheet(rejected)}
      </details>`
    }${moreIn(more, stage.id)}`;
}
