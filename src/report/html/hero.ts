import { stageTitles } from '../../project/names.js';
import { stepShown, type Picture, type ReportData } from '../../run/record.js';
import { stepsTrained } from '../../run/training-record.js';
import { strengthWords } from '../../run/checkpoint-record.js';
import { allStages } from '../json.js';
import { capital, identityWords, scoreWords, secondsBetween, sentence, signed, timeWords } from '../numbers.js';
import { durationWords } from '../../text/figures.js';
import { isChosen } from '../wanted.js';
import { standOutWord, type PageContext } from './context.js';
import { chartFigure, pictureLink } from './figure.js';
import { html, type Content, type Markup } from './markup.js';

export const stateWords: Record<ReportData['run']['state'], string> = {
  running: 'Running',
  waiting: 'Waiting for a person',
  'needs-help': 'Needs help',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** The opening: who, with what, how it ended. */
export function hero({ data, album }: PageContext): Markup {
  const { run } = data;
  const pictures = heroPictures(data);
  return html`<header class="hero">
      <div class="words">
        <p class="eyebrow">AZIT LoRA pipeline · end-to-end visual trace</p>
        <h1 class="${nameClass(run.name)}" dir="auto">${run.name}</h1>
        <p class="lead">${leadOf(data)}</p>
        <dl class="facts">
          ${fact('Trigger word', html`<code>${run.trigger}</code>`)}${fact('Model', run.model)}${fact('Run', run.id)}
          ${fact('State', html`<span class="state ${run.state}">${stateWords[run.state]}</span>`)}${fact('Started', timeWords(run.startedAt))}
          ${run.finishedAt && fact('Took', durationWords(secondsBetween(run.startedAt, run.finishedAt)))}
        </dl>
      </div>
      ${
        pictures.length > 0 &&
        html`<div class="portraits n${pictures.length}">
          ${pictures.map(
            ({ picture, words }) =>
              html`<figure>
                ${pictureLink(album, picture.image, 'large', words)}
                <figcaption>${words}</figcaption>
              </figure>`,
          )}
        </div>`
      }
    </header>
    ${notices(data)}`;
}

/** A name of 300 letters is shown too, only not in the size of a poster. */
export const nameClass = (name: string): string => (name.length <= 12 ? '' : name.length <= 40 ? 'long' : 'longer');

export const fact = (term: string, value: Content): Markup =>
  html`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`;

function leadOf(data: ReportData): string {
  const { run, training, strips } = data;
  const from = allStages(data)[0].state === 'skipped' ? 'From a folder of images' : 'From one anchor face';
  const trained = training ? `a LoRA of ${stepsTrained(training)} steps` : 'a LoRA';
  if (strips.length === 0) return `${from} towards ${trained}: the run so far, stage by stage.`;
  const ending =
    run.state === 'completed' ? 'six stages, every image measured' : 'the run so far, every image measured';
  return `${from} to ${trained}: ${ending}, each checkpoint rendered with the same prompts and seeds.`;
}

/** The face that began it, the one that was locked in, the one that came out. */
export function heroPictures(data: ReportData): { picture: Picture; words: string }[] {
  const [anchor, canonical] = allStages(data).map((stage) => stage.outputs.find(({ image }) => isChosen(stage, image)));
  const last = data.editorial[0];
  return [
    { picture: anchor, words: 'Anchor' },
    { picture: canonical, words: 'Bare-face portrait' },
    { picture: last, words: 'Editorial, with the LoRA' },
  ].filter((one): one is { picture: Picture; words: string } => one.picture !== undefined);
}

/** What a run that did not complete waits for, or could not do. */
function notices(data: ReportData): Content {
  const { state } = data.run;
  if (state === 'completed') return null;
  const told = allStages(data).filter(
    (stage) => stage.message !== null && stage.state !== 'done' && stage.state !== 'skipped',
  );
  const words = {
    running: 'This run is still in progress. The report shows what exists so far.',
    waiting: 'This run is waiting for your decision.',
    'needs-help': 'This run has stopped and needs help. Nothing is lost.',
    failed: 'This run failed. The report shows what it produced before that.',
    cancelled: 'This run was cancelled. The report shows what it produced before that.',
  };
  return html`<aside class="notice ${state}" role="note">
    <p><strong>${words[state]}</strong></p>
    ${told.length === 0 && state === 'needs-help' && helpBetweenStages(data)}${told.map(({ id, message }) => html`<p><b>${id.slice(0, 2)} ${stageTitles[id]}.</b> ${message !== null && sentence(message)}</p>`)}
  </aside>`;
}

/** Of the sweep and of the report, which are no stages. */
function helpBetweenStages({ timeline }: ReportData): Content {
  const help = timeline.findLast(({ kind }) => kind === 'help');
  return help ? html`<p>${sentence(help.text)}</p>` : null;
}

/** The chosen step in a numeral and two sentences, with the curve that it was read from. */
export function verdict({ data, curve }: PageContext): Markup {
  const { choice, checkpoints, baseline } = data;
  const step = stepShown(choice);
  const chosen = checkpoints.find((checkpoint) => checkpoint.step === step);
  const facts = [
    choice?.strength !== undefined && fact('Strength of the LoRA', choice.strength),
    chosen?.identity && fact('Identity, mean [95\u00a0% interval]', scoreWords(chosen.identity)),
    baseline && fact('Without LoRA', scoreWords(baseline)),
    chosen?.gain && fact('Gain over no LoRA', signed(chosen.gain.mean)),
    chosen && chosen.memorisation !== null && fact('Memorisation', signed(chosen.memorisation)),
    chosen?.identity &&
      fact(
        'Images scored',
        `${chosen.identity.n}${chosen.identity.noFace > 0 ? ` (+ ${chosen.identity.noFace} without a face)` : ''}`,
      ),
  ];
  return html`<section class="verdict" id="choice" aria-labelledby="choice-title">
    <div class="numeral">
      <h2 class="eyebrow" id="choice-title">${choiceTitle(data)}${strengthWords(choice?.strength)}</h2>
      <p class="${step === null ? 'step none' : 'step'}">${choice === null ? 'Not yet' : (step ?? 'None')}</p>
    </div>
    <div class="why">
      <p class="reason">${reasonOf(data).replaceAll(' %', '\u00a0%')}</p>
      ${choice && html`<p class="quiet">${choice.by === 'person' ? `The rule (it chooses ${choice.advice?.step ?? 'none'}${strengthWords(choice.advice?.strength)})` : 'Rule'}: ${choice.rule}</p>`}
      <dl class="facts">${facts}</dl>
    </div>
    ${curve && chartFigure(curve, curveLabel(data), 'Identity by checkpoint: mean cosine to portraits held out of training, with its 95\u00a0% band. Dashed: the same prompts and seeds without any LoRA, with its band. Red: the ' + standOutWord(data) + ' step, where there is one.' + otherStrengths(data))}${explanationOf(data)}
  </section>`;
}

/** Of the curve, where several strengths are compared. */
const otherStrengths = ({ choice, run }: ReportData): string =>
  choice?.strength !== undefined && run.strengths
    ? ` The curve is that of strength ${choice.strength}; thin lines: the other strengths, by name.`
    : '';

function choiceTitle(data: ReportData): string {
  const { choice } = data;
  if (choice?.by === 'person') return 'Chosen by a person';
  return typeof choice?.asGoodAsAny === 'number'
    ? 'No clear winner; earliest as good as the best'
    : `${capital(standOutWord(data))} checkpoint`;
}

function explanationOf({ choice }: ReportData): Content {
  if (!choice?.explanation || choice.explanation.length === 0) return null;
  return html`<details>
    <summary>${choice.step === null ? 'Why none' : 'Why this one and not its neighbours'}</summary>
    <ul class="explanation">
      ${choice.explanation.map((line) => html`<li>${line}</li>`)}
    </ul>
  </details>`;
}

function reasonOf({ choice, run, checkpoints }: ReportData): string {
  if (choice)
    return choice.step === null && choice.reason === ''
      ? 'No clear winner: the checkpoints are statistically equal.'
      : choice.reason;
  if (run.state === 'completed') return 'No choice was recorded.';
  const scored = checkpoints.filter(({ identity }) => identity !== null).length;
  return scored === 0
    ? 'No checkpoint has been scored yet.'
    : `${scored} of ${checkpoints.length} checkpoints are scored; the choice follows when all are.`;
}

function curveLabel({ checkpoints, baseline, choice, waitingFor }: ReportData): string {
  const scored = checkpoints.flatMap(({ step, identity }) =>
    identity ? [`step ${step}: ${identityWords(identity.mean)}`] : [],
  );
  const base = baseline ? `; without LoRA: ${identityWords(baseline.mean)}` : '';
  return `Identity curve. ${scored.join(', ')}${base}${typeof choice?.step === 'number' ? `; ${standOutWord({ waitingFor })}: step ${choice.step}` : ''}.`;
}
