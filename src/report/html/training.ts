import type { Picture, StageRecord } from '../../run/record.js';
import { stepsTrained, type TrainingRecord, type TrainingStopped } from '../../run/training-record.js';
import { allStages } from '../json.js';
import { capital, plural } from '../numbers.js';
import { durationWords } from '../../text/figures.js';
import { mostShown } from '../shown.js';
import type { PageContext } from './context.js';
import { chartFigure } from './figure.js';
import { frame, moreIn, sheet } from './sheet.js';
import { html, type Content, type Markup } from './markup.js';

/** 05: the loss curve, what was trained on, what was saved, where it was taken up again. */
export function trainingBody(stage: StageRecord, context: PageContext): Markup {
  const { training } = context.data;
  if (training) return html`${givenPictures(stage, context)}${trainingFacts(training, context)}`;
  const words = stage.state === 'pending' ? 'Training has not started.' : 'No training record yet.';
  return html`${givenPictures(stage, context)}
    <p class="quiet">${words}</p>`;
}

/** A run from the person's own pictures has shown none of them until here. */
function givenPictures(stage: StageRecord, { data, album }: PageContext): Content {
  if (viewsOf(data).length > 0) return null;
  const given = new Map([...data.references, ...stage.outputs].map((picture) => [picture.image.sha256, picture]));
  if (given.size === 0) return null;
  const heldOut = new Set(data.references.map(({ image }) => image.sha256));
  const frames = [...given.values()]
    .slice(0, mostShown.sheet)
    .map((one) => frame(stage, { ...one, heldOut: heldOut.has(one.image.sha256) }, album));
  return html`<p class="count">${plural(given.size, 'provided image')}, ${heldOut.size} of them held out</p>
    ${sheet(frames)}${moreIn(given.size - frames.length, stage.id)}`;
}

function trainingFacts(training: TrainingRecord, { data, loss }: PageContext): Markup {
  const trainedOn = viewsOf(data).filter(({ heldOut }) => !heldOut).length;
  const { stopped } = training;
  const of = stopped ? `${stopped.at.toLocaleString('en-GB')} of ` : '';
  const facts: [string, Content][] = [
    ['Steps', `${of}${training.steps.toLocaleString('en-GB')}`],
    ['Saved every', plural(training.saveEvery, 'step')],
    ['Checkpoints saved', Math.floor(stepsTrained(training) / training.saveEvery)],
    ...(trainedOn > 0 ? [['Trained on', plural(trainedOn, 'image')] as [string, Content]] : []),
    ['Time spent training', durationWords(training.seconds)],
    ...validationFacts(training),
  ];
  // The stage's message says so too, and what it cost.
  const told = data.stages.find(({ id }) => id === '05-training')?.message ?? '';
  return html`${stopped && !told.includes(stopped.reason) ? html`<p>${stopSentence(stopped)}</p>` : null}
    <dl class="facts">
      ${facts.map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${resumesList(training.resumes)}
    ${loss ? chartFigure(loss, lossLabel(training.loss), lossCaption(training)) : html`<p class="quiet">No loss has been reported yet.</p>`}`;
}

const stopSentence = ({ reason }: TrainingStopped): string => `${capital(reason)}.`;

/** The loss on pictures that were not trained on, at its lowest and at its last. */
function validationFacts({ validation = [] }: TrainingRecord): [string, Content][] {
  if (validation.length === 0) return [];
  const lowest = validation.reduce((least, point) => (point[1] < least[1] ? point : least));
  const words = ([step, value]: [number, number]) => `${value.toPrecision(4)} at step ${step.toLocaleString('en-GB')}`;
  return [
    ['Validation loss, last', words(validation[validation.length - 1])],
    ['Validation loss, lowest', words(lowest)],
  ];
}

const lossCaption = ({ validation = [] }: TrainingRecord): string =>
  'Loss by training step, smoothed (blue) over each reported value (grey)' +
  (validation.length > 0 ? '; dashed: on the held-out images.' : '.');

/** A training that was resumed more often than this is told by its number. */
const mostResumes = 12;

function resumesList(resumes: { attempt: number; fromStep: number; atStep: number }[]): Content {
  if (resumes.length === 0) return html`<p class="quiet">Trained in one attempt, without a resume.</p>`;
  const more = resumes.length - mostResumes;
  return html`<ul class="resumes">
      ${resumes
        .slice(0, mostResumes)
        .map(
          ({ attempt, fromStep, atStep }) =>
            html`<li>
              ${
                fromStep === 0
                  ? `Attempt ${attempt} started over: no checkpoint was saved when the previous attempt stopped at step ${atStep}.`
                  : `Attempt ${attempt} resumed from the checkpoint of step ${fromStep}; the previous attempt had reached step ${atStep} (${plural(Math.max(0, atStep - fromStep), 'step')} trained twice).`
              }
            </li>`,
        )}
    </ul>
    ${more > 0 && html`<p class="quiet">And ${plural(more, 'more resume')}, in <code>report.json</code>.</p>`}`;
}

const viewsOf = (data: PageContext['data']): Picture[] =>
  allStages(data)
    .filter(({ id }) => id === '03-views-i' || id === '04-views-ii')
    .flatMap(({ outputs }) => outputs);

function lossLabel(loss: [number, number][]): string {
  const finite = loss.filter(([, value]) => Number.isFinite(value));
  const [first, last] = [finite[0], finite[finite.length - 1]];
  return `Loss curve: from ${first[1].toPrecision(3)} at step ${first[0]} to ${last[1].toPrecision(3)} at step ${last[0]}.`;
}
