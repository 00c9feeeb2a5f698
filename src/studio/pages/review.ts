import { html, type Markup } from '../../report/html/markup.js';
import type { FaceFinding, LookWords } from '../start/face-look.js';
import type { TrayPicture, TrayPlace } from '../start/tray.js';

/** `face`: null where nobody has looked yet. */
export type ReviewedPicture = TrayPicture & { face: FaceFinding | null };

/** What was dropped and is taken: each with what was found in it, and its caption, which a person may correct. */
export function reviewPart(
  tray: string,
  { anchor, pictures: set }: Record<TrayPlace, ReviewedPicture[]>,
  look: LookWords | null,
): Markup {
  const lack = look?.lack ?? null;
  const item = (place: TrayPlace, one: ReviewedPicture): Markup => pictureItem({ tray, place, ...one }, lack);
  return html`<div>
    ${look && html`<p class="quiet">${look.words}</p>`}
    ${
      anchor.length > 0 &&
      html`<h3>The first face</h3>
        <ul class="tray">
          ${anchor.map((one) => item('anchor', one))}
        </ul>`
    }
    ${
      set.length > 0 &&
      html`<h3>Training images: ${set.length}</h3>
        <p class="quiet">
          Each is used as it is shown here. An empty caption becomes the trigger word. When the run has measured them,
          it leaves out copies, images with several faces and other people, and says so.
        </p>
        <ul class="tray">
          ${set.map((one) => item('pictures', one))}
        </ul>`
    }
  </div>`;
}

type Item = { tray: string; place: TrayPlace } & ReviewedPicture;

const pictureItem = ({ tray, place, name, stamp, caption, isCropped, face }: Item, lack: string | null): Markup => {
  const query = new URLSearchParams({ tray, place, name }).toString();
  return html`<li id="tray-${place}-${name}" class="${face?.isDoubtful ? 'doubtful' : ''}">
    <img
      src="/start/preview/${tray}/${place}/${encodeURIComponent(name)}?v=${stamp}"
      alt="${name}"
      width="160"
      height="160"
      loading="lazy"
    />
    <form id="about-${place}-${name}" method="post" action="/start/picture" data-ask data-into="tray">
      <input type="hidden" name="tray" value="${tray}" />
      <input type="hidden" name="place" value="${place}" />
      <input type="hidden" name="name" value="${name}" />
      <b>${name}${isCropped && ' (cropped)'}</b>
      ${
        face
          ? html`<p class="finding">${face.words}</p>`
          : lack === null && html`<p class="finding" data-look="/start/face?${query}">The face is not checked yet.</p>`
      }
      ${
        place === 'pictures' &&
        html`<label
          ><span class="hide">Caption of ${name}</span
          ><input name="caption" value="${caption}" placeholder="Caption" maxlength="4000" autocomplete="off"
        /></label>`
      }
      <span class="actions">
        ${place === 'pictures' && html`<button class="plain">Save caption</button>`}
        <button class="plain" type="button" data-crop="/start/crop?${query}">Crop</button>
        <button class="plain" name="remove" value="yes">Remove</button>
      </span>
    </form>
  </li>`;
};
