import type { ListedRun, Progress } from '../../client/index.js';
import { stateWords } from '../../report/html/hero.js';
import { html, type Content, type Markup } from '../../report/html/markup.js';
import { identityWords, secondsBetween, timeWords } from '../../report/numbers.js';
import { durationWords } from '../../text/figures.js';
import { stageName } from '../../progress/words.js';
import type { Place } from '../../run/messages.js';
import { capitalised, troubleWords } from './words.js';

export interface CardRun {
  run: ListedRun;
  /** Of a run that is followed. */
  progress: Progress | null;
  left: string | null;
}

/** What waits for a person stands first, then what runs, then what is over. */
const order: Record<ListedRun['state'], number> = {
  'needs-help': 0,
  waiting: 0,
  running: 1,
  completed: 2,
  failed: 2,
  cancelled: 2,
};

/** Beyond these the search finds them: a page of a thousand faces helps nobody, and costs each browser. */
const groups = [
  { rank: 0, id: 'yours', title: 'Waiting for you' },
  { rank: 1, id: 'running', title: 'Running' },
  { rank: 2, id: 'over', title: 'Ended' },
] as const;

/** @param cards null: they can't be listed now, and the page keeps those that it has */
export function cardParts(cards: readonly CardRun[] | null, trouble: unknown): [string, string][] {
  const notice = html`<p id="list-trouble" class="trouble" role="alert" ${!trouble && html` hidden`}>
    ${trouble ? troubleWords(trouble) : ''}
  </p>`;
  if (!cards) return [['list-trouble', notice.text]];
  const empty = html`<p id="no-runs" class="quiet" ${cards.length > 0 && html` hidden`}>
    There are no runs yet. <a href="/start">Start one</a>, or type <code>azit run azit.yaml</code>.
  </p>`;
  return [
    ['list-trouble', notice.text],
    ['no-runs', empty.text],
    ...groups.map(({ rank, id, title }): [string, string] => {
      const own = cards.filter(({ run }) => order[run.state] === rank);
      return [id, groupOf(id, title, own).text];
    }),
  ];
}

const groupOf = (id: string, title: string, cards: readonly CardRun[]): Markup =>
  html`<section id="${id}" class="group" ${cards.length === 0 && html` hidden`} aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title} <span class="quiet">${cards.length}</span></h2>
    <ul class="cards">
      ${cards.map(card)}
    </ul>
  </section>`;

function card({ run, progress, left }: CardRun): Markup {
  const { runId, name, model, state, startedAt, finishedAt } = run;
  const took = finishedAt && durationWords(secondsBetween(startedAt, finishedAt));
  return html`<li
    class="card ${state}"
    id="card-${runId}"
    data-state="${state}"
    data-text="${`${name} ${runId} ${model} ${stateWords[state]}`.toLowerCase()}"
  >
    <a href="/run/${runId}/">
      <img class="face" src="/run/${runId}/face" width="320" height="320" alt="" loading="lazy" decoding="async" />
      <span class="about">
        <b dir="auto">${name || runId}</b>
        <span class="state ${state}">${stateWords[state]}</span>
        ${turnWords(run, progress)} ${stepWords(run, progress)}${left && html`<span>${capitalised(left)}</span>`}
        ${run.identity != null && html`<span>best identity ${identityWords(run.identity)}</span>`}
        <span class="quiet">${model}, ${timeWords(startedAt)}${took && `, took ${took}`}</span>
      </span>
    </a>
  </li>`;
}

/** Whose turn it is, in words. */
function turnWords({ state, stage }: ListedRun, progress: Progress | null): Content {
  const status = progress?.status;
  if (state === 'waiting')
    return html`<span class="turn">Your turn${status?.waitingFor && `: the gate ${status.waitingFor.gate}`}</span>`;
  if (state === 'needs-help')
    return html`<span class="turn">Your turn${status?.help && `: ${status.help.text}`}</span>`;
  if (state !== 'running') return null;
  const at = status?.stage ?? stage;
  return at ? html`<span>${capitalised(stageName(at as Place))}</span>` : null;
}

function stepWords({ state, step }: ListedRun, progress: Progress | null): Content {
  if (state !== 'running') return null;
  const training = progress?.status.training;
  const beat = progress?.activities.map(({ heartbeat }) => heartbeat).find((one) => one?.kind === 'training');
  const at = Math.max(training?.step ?? step ?? 0, beat?.kind === 'training' ? beat.step : 0);
  if (at === 0) return null;
  return html`<span>step ${at}${training && ` of ${training.steps}`}</span>`;
}
