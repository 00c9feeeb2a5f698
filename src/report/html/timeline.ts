import { stageTitles } from '../../project/names.js';
import type { ReportData, TimelineEvent } from '../../run/record.js';
import { allStages } from '../json.js';
import { plural, secondsBetween } from '../numbers.js';
import { durationWords } from '../../text/figures.js';
import { html, type Content, type Markup } from './markup.js';

const kindWords: Record<TimelineEvent['kind'], string> = {
  start: 'Start',
  end: 'End',
  retry: 'Retry',
  resume: 'Resume',
  wait: 'Waits',
  help: 'Needs help',
  checkpoint: 'Checkpoint',
  decision: 'Decision',
  reuse: 'Reused',
};

/** What a reader looks for in a timeline; starts and ends are the bars themselves. */
const marked: ReadonlySet<TimelineEvent['kind']> = new Set([
  'retry',
  'resume',
  'wait',
  'help',
  'checkpoint',
  'decision',
  'reuse',
]);
/** More than these are no news; they stand in the list of all events. */
const mostDisturbances = 12;
const disturbing: ReadonlySet<TimelineEvent['kind']> = new Set(['retry', 'resume', 'wait', 'help']);

interface Row {
  name: string;
  bar: { from: string; to: string; state: string } | null;
  events: TimelineEvent[];
}

/** The run from its start to its end: a bar a stage, a mark for each retry, resume, wait, checkpoint, decision. */
export function timeline(data: ReportData): Markup {
  const start = data.run.startedAt;
  const end = endOf(data);
  const length = Math.max(1, secondsBetween(start, end));
  const at = (time: string): string =>
    `${Math.min(100, Math.max(0, (secondsBetween(start, time) / length) * 100)).toFixed(2)}%`;
  const rows = rowsOf(data, end).map(({ name, bar, events }) => {
    const marks = events.map(
      (event) =>
        html`<i
          class="event ${event.kind}"
          style="left:${at(event.at)}"
          title="${kindWords[event.kind]}: ${event.text}"
        ></i>`,
    );
    const width =
      bar && `${Math.max(0.3, Number.parseFloat(at(bar.to)) - Number.parseFloat(at(bar.from))).toFixed(2)}%`;
    return html`<div class="track">
      <p>${name}</p>
      <div class="lane">
        ${bar && html`<span class="bar ${bar.state}" style="left:${at(bar.from)};width:${width}"></span>`}${marks}
      </div>
    </div>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (part) => html`<span style="left:${part * 100}%">${durationWords(part * length)}</span>`,
  );
  return html`<div class="timeline" role="img" aria-label="${summaryOf(data, length)}">
      ${rows}
      <div class="track axis">
        <p></p>
        <div class="lane">${ticks}</div>
      </div>
    </div>
    <p class="legend">
      ${(['checkpoint', 'decision', 'reuse', 'retry', 'resume', 'wait', 'help'] as const)
        .filter((kind) => data.timeline.some((event) => event.kind === kind))
        .map((kind) => html`<span><i class="event ${kind}"></i> ${kindWords[kind]}</span>`)}
    </p>
    ${disturbances(data)}${allEvents(data)}`;
}

function rowsOf(data: ReportData, end: string): Row[] {
  const eventsOf = (stage: TimelineEvent['stage']) =>
    data.timeline.filter((event) => event.stage === stage && marked.has(event.kind));
  const stages = allStages(data).map(({ id, state, startedAt, finishedAt }) => ({
    name: `${id.slice(0, 2)} ${stageTitles[id]}`,
    bar: startedAt === null ? null : { from: startedAt, to: finishedAt ?? end, state },
    events: eventsOf(id),
  }));
  const sweep = data.timeline.filter(({ stage }) => stage === 'sweep').map((event) => event.at);
  const bar = sweep.length === 0 ? null : { from: earliest(sweep), to: latest(sweep), state: 'done' };
  return [
    ...stages.slice(0, 5),
    { name: 'Checkpoint sweep', bar, events: eventsOf('sweep') },
    ...stages.slice(5),
    ...runRow(eventsOf('run')),
  ];
}

const runRow = (events: TimelineEvent[]): Row[] =>
  events.length === 0 ? [] : [{ name: 'The run', bar: null, events }];

/** Where the run has not finished: the last thing that is known to have happened. */
function endOf({ run, stages, timeline: events }: ReportData): string {
  if (run.finishedAt !== null) return run.finishedAt;
  const times = stages.flatMap(({ startedAt, finishedAt }) => [startedAt, finishedAt]).filter((time) => time !== null);
  return latest([run.startedAt, ...times, ...events.map(({ at }) => at)]);
}

const byTime = (a: string, b: string): number => Date.parse(a) - Date.parse(b);
const earliest = (times: string[]): string => [...times].sort(byTime)[0];
const latest = (times: string[]): string => [...times].sort(byTime)[times.length - 1];

function summaryOf({ timeline: events }: ReportData, length: number): string {
  const count = (kind: TimelineEvent['kind']) => events.filter((event) => event.kind === kind).length;
  return `Timeline of the run over ${durationWords(length)}: ${plural(count('checkpoint'), 'checkpoint')}, ${plural(count('retry'), 'retry', 'retries')}, ${plural(count('resume'), 'resume')}.`;
}

function disturbances(data: ReportData): Content {
  const events = data.timeline.filter(({ kind }) => disturbing.has(kind));
  if (events.length === 0) return html`<p class="quiet">No retries, resumes or waits.</p>`;
  const more = events.length - mostDisturbances;
  return html`${eventList(events.slice(0, mostDisturbances), data.run.startedAt)}
  ${more > 0 && html`<p class="quiet">And ${more} more, in <code>report.json</code> and under “All events”.</p>`}`;
}

const allEvents = ({ timeline: events, run }: ReportData): Content =>
  events.length > 0 &&
  html`<details class="on-screen">
    <summary>All events (${events.length})</summary>
    ${eventList(events, run.startedAt)}
  </details>`;

const eventList = (events: TimelineEvent[], start: string): Markup =>
  html`<ol class="events">
    ${[...events]
      .sort((a, b) => byTime(a.at, b.at))
      .map(
        ({ at, kind, stage, text }) =>
          html`<li>
            <time datetime="${at}">+ ${durationWords(secondsBetween(start, at))}</time><i class="event ${kind}"></i
            ><span><b>${kindWords[kind]}</b> <small>${stage}</small> ${text}</span>
          </li>`,
      )}
  </ol>`;
