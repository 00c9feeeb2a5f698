import { html, trusted, type Markup } from '../../report/html/markup.js';
import type { Session } from '../door/sessions.js';
import type { LivingPage } from '../runs/living-page.js';
import { frame } from './frame.js';

/** All runs, what waits for a person first. */
export function allRunsPage(page: LivingPage, session: Session): string {
  const part = (id: string): Markup => trusted(page.part(id));
  const body = html`<div class="list">
    <header>
      <h1>Runs</h1>
      <form role="search" class="filter" data-filter>
        <label
          ><span class="hide">Search</span
          ><input type="search" name="text" placeholder="Name, id, model" autocomplete="off"
        /></label>
        <label
          ><span class="hide">State</span
          ><select name="state">
            <option value="">All states</option>
            <option value="waiting needs-help">Waiting for you</option>
            <option value="running">Running</option>
            <option value="completed">Completed</option>
            <option value="failed cancelled">Failed or cancelled</option>
          </select></label
        >
      </form>
      <p class="keys quiet">Keys: / searches, arrows go from run to run, Enter opens one.</p>
    </header>
    ${['list-trouble', 'no-runs', 'yours', 'running', 'over'].map(part)}
    <p id="nothing-found" class="quiet" hidden>No run matches.</p>
  </div>`;
  return frame({ title: 'Runs', session, body, live: { events: '/events', seen: page.version } });
}
