import { html } from '../../report/html/markup.js';
import { frame, sentencePage } from './frame.js';

/** @param trouble why the last try was refused */
export const loginPage = (to: string, trouble: string | null): string =>
  frame({
    title: 'Log in',
    session: null,
    body: html`<section class="sentence">
      <h1>Log in</h1>
      ${trouble && html`<p class="trouble" role="alert">${trouble}</p>`}
      <form method="post" action="/login" class="fields">
        <input type="hidden" name="to" value="${to}" />
        <label>Name <input name="name" autocomplete="username" required maxlength="40" autofocus /></label>
        <label
          >Password <input name="password" type="password" autocomplete="current-password" required maxlength="1024"
        /></label>
        <button>Log in</button>
      </form>
    </section>`,
  });

/** A browser follows a link from elsewhere without its cookie: the same address from here has it. */
export const strangerPage = (path: string): string =>
  sentencePage(
    'This browser has no access yet',
    [
      'Open the address that azit prints in its terminal. Each address lets in one browser: press Enter there for a new one.',
    ],
    null,
    html`<p><a href="${path}">I already opened the address in this browser</a></p>`,
  );

/** By a page, not by a redirect: only then the browser sends the new cookie, whatever brought the person here. */
export const letInPage = (): string =>
  frame({
    title: 'Welcome',
    session: null,
    refresh: '0;url=/',
    body: html`<section class="sentence">
      <p><a href="/">Open the studio</a></p>
    </section>`,
  });
