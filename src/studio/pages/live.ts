import type { Progress } from '../../client/index.js';
import { html, type Content } from '../../report/html/markup.js';
import type { TrainingHeartbeat } from '../../run/heartbeats.js';
import { isTraining } from '../../run/messages.js';
import { lastingWords, workWords } from './machines.js';
import { capitalised, troubleWords } from './words.js';

export interface LiveWords {
  /** The stage, then what is under way, one line each. */
  now: readonly string[];
  left: string | null;
  /** What keeps the studio from looking; null: nothing. */
  trouble: unknown;
}

/** What is being done at this second, and for how long. */
export function livePart(
  { status, activities }: Progress,
  { now, left, trouble }: LiveWords,
  nowMs = Date.now(),
): string {
  const isOver = status.finishedAt !== null;
  const [stage, ...lines] = now;
  return html`<section id="live" class="live ${status.state}" aria-label="Now" ${isOver && !trouble && html` hidden`}>
    ${trouble ? html`<p class="trouble" role="alert">${troubleWords(trouble)} This page shows its last known state.</p>` : null}
    ${!isOver && html`<p class="now"><b>${capitalised(stage ?? '')}</b>${left && html`<span>${capitalised(left)}</span>`}</p>`}
    ${trainingBar(status, activities)}
    <ul>
      ${lines.map((line) => html`<li>${capitalised(line)}</li>`)}
    </ul>
    ${!isOver && whereList(activities, nowMs)}
    ${
      !isOver &&
      !status.help &&
      !status.isStopping &&
      html`<div class="ends">
        ${stopForm(status)}
        <form
          class="cancel"
          method="post"
          action="/run/${status.runId}/cancel"
          data-ask
          data-sure="Cancel this run? Training saves a last checkpoint first; nothing is deleted."
        >
          <button class="plain">Cancel the run</button>
        </form>
      </div>`
    }
  </section>`.text;
}

/** Which machine does what; what waits, and in which queue. */
const whereList = (activities: Progress['activities'], nowMs: number): Content =>
  activities.length > 0 &&
  html`<ul class="where" aria-label="On which machine">
    ${activities.map((activity) => {
      const { worker, waitsIn } = activity;
      if (worker !== null)
        return html`<li>${workWords(activity)} on ${machineOf(worker)}, ${lastingWords(activity, nowMs)}</li>`;
      return html`<li>
        ${workWords(activity)} waits in the queue ${waitsIn ?? 'of its role'}, ${lastingWords(activity, nowMs)}
      </li>`;
    })}
  </ul>`;

/** `PID@HOST SERVER` */
function machineOf(worker: string): string {
  const [process = '', ...server] = worker.split(' ');
  const [pid, ...host] = process.split('@');
  return `${host.join('@') || worker} (${['process ' + pid, ...server].join(', ')})`;
}

/** What is saved counts: before the first save there is nothing to stop at. */
const stopForm = ({ runId, training, stages }: Progress['status']): Content =>
  training !== null &&
  training.step > 0 &&
  training.step < training.steps &&
  isTraining(stages) &&
  html`<form
    class="stop"
    method="post"
    action="/run/${runId}/stop-training"
    data-ask
    data-sure="Stop training here? The trainer saves and ends, and the saved checkpoints are compared."
  >
    <button class="plain">Stop training here</button>
  </form>`;

function trainingBar({ training, stages }: Progress['status'], activities: Progress['activities']): Content {
  if (!training || !isTraining(stages)) return null;
  const beat = activities
    .map(({ heartbeat }) => heartbeat)
    .find((one): one is TrainingHeartbeat => one?.kind === 'training');
  const step = Math.max(training.step, beat?.step ?? 0);
  return html`<progress
    max="${training.steps}"
    value="${step}"
    aria-label="Training: step ${step} of ${training.steps}"
  >
    step ${step} of ${training.steps}
  </progress>`;
}
