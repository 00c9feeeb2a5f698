import type { LiveActivity, Machines, QueueSeen, SeenSign, Unit } from '../../client/index.js';
import { html, trusted, type Content, type Markup } from '../../report/html/markup.js';
import { durationWords } from '../../text/figures.js';
import { workerCommandOf } from '../../run/commands.js';
import type { Session } from '../door/sessions.js';
import type { LivingPage } from '../runs/living-page.js';
import { frame } from './frame.js';
import { capitalised, troubleWords } from './words.js';

/** A worker asks again within a minute; one that has not may be gone. */
const silentMs = 75_000;

export function machinesPage(page: LivingPage, session: Session): string {
  const body = html`<div class="machines">
    <header><h1>Machines</h1></header>
    ${['machines-trouble', 'unserved', 'workers', 'queues'].map((id) => trusted(page.part(id)))}
  </div>`;
  return frame({ title: 'Machines', session, body, live: { events: '/machines/events', seen: page.version } });
}

/** @param machines null: Temporal does not tell, and the page keeps what it has */
export function machinesParts(machines: Machines | null, trouble: unknown, nowMs = Date.now()): [string, string][] {
  const notice = html`<p id="machines-trouble" class="trouble" role="alert" ${!trouble && html` hidden`}>
    ${trouble ? `${troubleWords(trouble)} This page shows their last known state.` : ''}
  </p>`;
  if (!machines) return [['machines-trouble', notice.text]];
  return [
    ['machines-trouble', notice.text],
    ['unserved', unservedPart(machines).text],
    ['workers', workersPart(machines, nowMs).text],
    ['queues', queuesPart(machines, nowMs).text],
  ];
}

/** Whether nobody asks for its work and nobody does any: one that is busy does not ask. */
const isUnserved = ({ isNeeded, workers, taskQueue }: QueueSeen, { units, workers: signs }: Machines): boolean =>
  isNeeded &&
  workers.length === 0 &&
  !units.some((unit) => unit.taskQueue === taskQueue) &&
  !signs.some(({ worker }) => units.some((unit) => unit.taskQueue === taskQueue && isOf(unit, worker)));

function unservedPart(machines: Machines): Markup {
  const missing = machines.queues.filter((queue) => isUnserved(queue, machines));
  return html`<section
    id="unserved"
    class="unserved"
    ${missing.length === 0 && html` hidden`}
    aria-labelledby="unserved-title"
  >
    <h2 id="unserved-title">Missing workers</h2>
    <ul>
      ${missing.map(
        ({ role, family, taskQueue, aside }) =>
          html`<li>
            <b>${role}${family && ` of ${family}`}</b>
            <span>Unfinished runs need it, and no worker is polling the task queue ${taskQueue}.</span>
            ${aside.map(({ worker, reason }) => html`<span>The worker ${worker} takes no work for now: ${reason}</span>`)}
            <span>To serve it: <code>${workerCommandOf(role, family ?? '')}</code></span>
          </li>`,
      )}
    </ul>
  </section>`;
}

function workersPart(machines: Machines, nowMs: number): Markup {
  const { workers } = machines;
  const known = new Set(workers.map(({ worker }) => worker));
  const unsigned = [
    ...new Set(machines.queues.flatMap((queue) => queue.workers.map(({ identity }) => identity))),
  ].filter((identity) => !known.has(identity.split(' ')[0]));
  return html`<section id="workers" aria-labelledby="workers-title">
    <h2 id="workers-title">Workers <span class="quiet">${workers.length + unsigned.length}</span></h2>
    ${workers.length + unsigned.length === 0 && html`<p class="quiet">No worker is running. Start one with <code>azit worker</code>, or everything with <code>azit up</code>.</p>`}
    <ul class="cards">
      ${workers.map((sign) => workerCard(sign, machines, nowMs))}
      ${unsigned.map((identity) => html`<li class="card machine" id="worker-${identity}"><b>${identity}</b><span class="quiet">A worker of an earlier version, which does not report its details.</span></li>`)}
    </ul>
  </section>`;
}

function workerCard(sign: SeenSign, machines: Machines, nowMs: number): Markup {
  const { worker, roles, families, comfyui, trainer, gpu, azit, seenAt } = sign;
  const [pid, ...host] = worker.split('@');
  const own = machines.units.filter((unit) => isOf(unit, worker));
  const aside = machines.queues.flatMap((queue) => queue.aside.filter((one) => one.worker.split(' ')[0] === worker));
  const isSilent = nowMs - seenAt > silentMs && own.length === 0;
  return html`<li class="card machine" id="worker-${worker}">
    <b>${host.join('@')}</b>
    <span>${roles.join(', ')}${families.length > 0 && ` · ${families.join(', ')}`}</span>
    ${comfyui && html`<span>${comfyWords(comfyui.version)} · ${comfyui.url}${comfyui.devices.map((device) => ` · ${device}`)}</span>`}
    ${trainer && html`<span>${trainer}</span>`} ${gpu && html`<span>GPU ${gpu.name}: ${gpuWords(gpu.user, own)}</span>`}
    ${own.map((unit) => html`<span class="doing">${workWords(unit)} of ${runLink(unit)}, ${lastingWords(unit, nowMs)}</span>`)}
    ${own.length === 0 && aside.length === 0 && !isSilent && html`<span class="quiet">Idle</span>`}
    ${aside.map(({ reason }) => html`<span class="turn">Takes no work for now: ${reason}</span>`)}
    ${isSilent && html`<span class="turn">Not seen for ${durationWords(Math.floor((nowMs - seenAt) / 1000))}: it may be gone</span>`}
    <span class="quiet">process ${pid}, AZIT ${azit}</span>
  </li>`;
}

function gpuWords(user: string | null, own: readonly Unit[]): string {
  if (user !== null) return user;
  const at = own.find(({ name }) => name === 'trainLora' || name === 'renderBatch');
  return at ? `in use by this worker, for ${workWords(at).toLowerCase()} of ${at.runId}` : 'free';
}

function queuesPart(machines: Machines, nowMs: number): Markup {
  const { queues, units, unseenRuns } = machines;
  return html`<section id="queues" aria-labelledby="queues-title">
    <h2 id="queues-title">Queues</h2>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="queues-title">
      <table>
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col">Role</th>
            <th scope="col">Workers polling</th>
            <th scope="col">In progress</th>
            <th scope="col">Waiting</th>
          </tr>
        </thead>
        <tbody>
          ${queues.map((queue) => {
            const waiting = units.filter(({ waitsIn }) => waitsIn === queue.taskQueue);
            const at = units.filter(({ taskQueue }) => taskQueue === queue.taskQueue);
            return html`<tr>
              <th scope="row">${queue.taskQueue}</th>
              <td>${queue.role}${queue.family && ` of ${queue.family}`}</td>
              <td>${queue.workers.length}</td>
              <td>${unitList(at, nowMs)}</td>
              <td>${unitList(waiting, nowMs)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${unseenRuns > 0 && html`<p class="quiet">${unseenRuns} more unfinished runs were not checked.</p>`}
  </section>`;
}

const unitList = (units: readonly Unit[], nowMs: number): Content =>
  units.length === 0
    ? '—'
    : html`<ul>
        ${units.map((unit) => html`<li>${workWords(unit)} of ${runLink(unit)}, ${lastingWords(unit, nowMs)}${unit.attempt > 1 && ` (attempt ${unit.attempt})`}</li>`)}
      </ul>`;

const runLink = ({ runId }: Unit): Markup => html`<a href="/run/${runId}/">${runId}</a>`;

const isOf = ({ worker }: LiveActivity, sign: string): boolean => worker?.split(' ')[0] === sign;

/** The sandbox says another name. */
const comfyWords = (version: string | null): string =>
  version === null ? 'ComfyUI does not respond' : /^\d/.test(version) ? `ComfyUI ${version}` : version;

const works: Record<string, string> = {
  workflow: 'The next step',
  trainLora: 'Training',
  renderBatch: 'Rendering',
  scoreFaces: 'Measuring',
  writeReport: 'Writing the report',
};

/** What a unit of work does, as far as it has said. */
export function workWords({ name, heartbeat }: LiveActivity): string {
  if (heartbeat?.kind === 'training') {
    if (heartbeat.phase !== 'training') return capitalised(heartbeat.phase);
    return `Training, step ${heartbeat.step} of ${heartbeat.steps}`;
  }
  if (heartbeat?.kind === 'batch' && heartbeat.waitingFor) return capitalised(heartbeat.waitingFor);
  const work = works[name] ?? name;
  return heartbeat?.kind === 'batch' && heartbeat.of > 0 ? `${work}, ${heartbeat.done} of ${heartbeat.of}` : work;
}

/** In steps of ten seconds: a page that changed each second would be sent each second. */
export function lastingWords({ since }: LiveActivity, nowMs: number): string {
  const seconds = since === null ? 0 : Math.max(0, (nowMs - Date.parse(since)) / 1000);
  return seconds < 10 ? 'just started' : `for ${durationWords(Math.floor(seconds / 10) * 10)}`;
}
