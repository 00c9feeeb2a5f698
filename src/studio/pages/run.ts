import { stageIds } from '../../project/names.js';
import { html, trusted, type Markup } from '../../report/html/markup.js';
import { stageLinks } from '../../report/html/page.js';
import type { Session } from '../door/sessions.js';
import type { WatchedRun } from '../runs/watched-run.js';
import { frame } from './frame.js';

/** The report's page, alive, with what the run asks of a person on top. */
export function runPage({ page, data, run }: WatchedRun, session: Session): string {
  const part = (id: string): Markup => trusted(page.part(id));
  const body = html`${['head', 'live', 'ask'].map(part)}${contents()}${['choice', 'choose'].map(part)}
    <div class="stages">${stageIds.map(part)}</div>
    ${['gallery', 'generalisation', 'pipeline', 'numbers', 'home', 'provenance'].map(part)}`;
  const { runId } = run;
  const live = { events: `/run/${runId}/events`, seen: page.version };
  return frame({ title: data?.run.name ?? runId, session, body, live });
}

function contents(): Markup {
  const rest = [
    ['choice', 'Choice'],
    ['gallery', 'Gallery'],
    ['pipeline', 'Pipeline'],
    ['numbers', 'Numbers'],
    ['home', 'Download'],
  ];
  return html`<nav class="contents" aria-label="Contents">
    <ol>
      ${stageLinks()}${rest.map(([id, words]) => html`<li><a href="#${id}">${words}</a></li>`)}
    </ol>
  </nav>`;
}
