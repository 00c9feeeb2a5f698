import { html, type Markup } from '../../report/html/markup.js';
import type { TrayPicture, TrayPlace } from '../start/tray.js';

/** What was dropped and is taken: each with its caption, which a person may correct. */
export function reviewPart(tray: string, pictures: Record<TrayPlace, TrayPicture[]>): Markup {
  const { anchor, pictures: set } = pictures;
  return html`<div>
    ${
      anchor.length > 0 &&
      html`<h3>The first face</h3>
        <ul class="tray">
          ${anchor.map((one) => item(tray, 'anchor', one))}
        </ul>`
    }
    ${
      set.length > 0 &&
      html`<h3>Training images: ${set.length}</h3>
        <p class="quiet">
          Each is used whole. An empty caption becomes the trigger word. When the run has measured them, it leaves out
          copies, images with several faces and other people, and says so.
        </p>
        <ul class="tray">
          ${set.map((one) => item(tray, 'pictures', one))}
        </ul>`
    }
  </div>`;
}

const item = (tray: string, place: TrayPlace, { name, caption }: TrayPicture): Markup =>
  html`<li id="tray-${place}-${name}">
    <img
      src="/start/preview/${tray}/${place}/${encodeURIComponent(name)}"
      alt="${name}"
      width="160"
      height="160"
      loading="lazy"
    />
    <form method="post" action="/start/picture" data-ask data-into="tray">
      <input type="hidden" name="tray" value="${tray}" />
      <input type="hidden" name="place" value="${place}" />
      <input type="hidden" name="name" value="${name}" />
      <b>${name}</b>
      ${
        place === 'pictures' &&
        html`<label
          ><span class="hide">Caption of ${name}</span
          ><input name="caption" value="${caption}" placeholder="Caption" maxlength="4000" autocomplete="off"
        /></label>`
      }
      <span class="actions">
        ${place === 'pictures' && html`<button class="plain">Save caption</button>`}
        <button class="plain" name="remove" value="yes">Remove</button>
      </span>
    </form>
  </li>`;
