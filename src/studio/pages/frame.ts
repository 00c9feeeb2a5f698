import { html, type Content, type Markup } from '../../report/html/markup.js';
import type { Session } from '../door/sessions.js';

export interface FrameOptions {
  title: string;
  /** Null: nobody has logged in. */
  session: Session | null;
  body: Content;
  /** Where the page's events come from, and the version that it shows. */
  live?: { events: string; seen: string };
  /** Seconds after which the page is loaded again, or the address to go to. */
  refresh?: string;
}

/** A page of the studio. No script and no style of its own in it: the policy forbids both. */
export function frame({ title, session, body, live, refresh }: FrameOptions): string {
  const document: Markup = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${session && html`<meta name="azit-csrf" content="${session.csrf}" />`}
        ${live && html`<meta name="azit-events" content="${live.events}" /><meta name="azit-seen" content="${live.seen}" />`}
        ${refresh && html`<meta http-equiv="refresh" content="${refresh}" />`}
        <title>${title} · AZIT studio</title>
        <link rel="stylesheet" href="/assets/studio.css" />
        <link rel="icon" href="data:," />
        ${session && html`<script type="module" src="/assets/main.js"></script>`}
      </head>
      <body class="studio ${session ? session.role : 'outside'}">
        <a class="skip" href="#main">To the content</a>
        <header class="topbar">
          <a class="brand" href="/">AZIT studio</a>
          ${
            session &&
            html`<nav aria-label="Studio">
              <a href="/">Runs</a
              ><a href="/machines">Machines</a>${session.role === 'decide' && html`<a href="/start">Start a run</a>`}
            </nav>`
          }
          ${session && html`<button id="notify-me" class="plain" type="button" title="When a run waits for you, needs help, is done or has failed" hidden>Notify me</button>`}
          ${session && who(session)}
        </header>
        <p id="link-state" class="link-state" role="status" hidden></p>
        <main id="main" tabindex="-1">${body}</main>
        <div id="said" class="said" role="status" aria-live="polite" hidden></div>
      </body>
    </html> `;
  return document.text;
}

const who = ({ user, role }: Session): Content =>
  user !== null &&
  html`<form class="who" method="post" action="/logout" data-ask>
    <span>${user}${role === 'view' && ' · may look, not decide'}</span><button class="plain">Log out</button>
  </form>`;

/** A page of a sentence or two, with what to do next. */
export const sentencePage = (
  title: string,
  sentences: readonly string[],
  session: Session | null,
  more: Content = null,
  refresh?: string,
): string =>
  frame({
    title,
    session,
    refresh,
    body: html`<section class="sentence">
      <h1>${title}</h1>
      ${sentences.map((sentence) => html`<p>${sentence}</p>`)}${more}
    </section>`,
  });
