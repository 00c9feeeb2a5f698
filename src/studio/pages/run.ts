import { stageIds } from '../../project/names.js';
import { html, trusted, type Markup } from '../../report/html/markup.js';
import { generalisationLink, stageLinks } from '../../report/html/page.js';
import type { Session } from '../door/sessions.js';
import type { WatchedRun } from '../runs/watched-run.js';
import { frame } from './frame.js';

/** The report's page, alive, with what the run asks of a person on top. */
export function runPage({ page, data, run }: WatchedRun, session: Session): string {
  const part = (id: string): Markup => trusted(page.part(id));
  const body = html`${['head', 'live', 'arriving', 'ask'].map(part)}${contents(data)}${['choice', 'choose', 'decided'].map(part)}
    <div class="stages">${stageIds.map(part)}</div>
    <div class="zoomable">${zoomTools()}${part('gallery')}</div>
    ${['generalisation', 'pipeline', 'numbers', 'home', 'provenance'].map(part)}`;
  const { runId } = run;
  const live = { events: `/run/${runId}/events`, seen: page.version };
  return frame({ title: data?.run.name ?? runId, session, body, live });
}

/** One zoom for all images of the gallery: the same spot of each is compared. Shown by the script, which does it. */
const zoomTools = (): Markup =>
  html`<form class="zoom" id="zoom" hidden aria-label="Zoom of all images of the gallery">
    <label>Zoom <input type="range" name="zoom" min="1" max="6" step="0.25" value="1" /></label>
    <label>Left to right <input type="range" name="x" min="0" max="100" value="50" /></label>
    <label>Top to bottom <input type="range" name="y" min="0" max="100" value="35" /></label>
    <button class="plain" type="reset">Whole images</button>
  </form>`;

function contents(data: WatchedRun['data']): Markup {
  const rest = [
    ['choice', 'Choice'],
    ['gallery', 'Gallery'],
    ...(data ? generalisationLink(data) : []),
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
