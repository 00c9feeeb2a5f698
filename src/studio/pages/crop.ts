import { html, type Markup } from '../../report/html/markup.js';
import { leastSide, type Size, type Square } from '../start/square.js';
import type { TrayPlace } from '../start/tray.js';

interface Cropped {
  tray: string;
  place: TrayPlace;
  name: string;
  stamp: string;
  isCropped: boolean;
  size: Size;
  square: Square;
}

/** A square over the image, set by pointer, keys or numbers. */
export function cropPart({ tray, place, name, stamp, isCropped, size, square }: Cropped): Markup {
  const { width, height } = size;
  const most = Math.min(width, height);
  const field = (words: string, key: keyof Square, [min, max]: [number, number]): Markup =>
    html`<label
      >${words} <input type="number" name="${key}" value="${square[key]}" min="${min}" max="${max}" step="1" required
    /></label>`;
  return html`<form
    method="post"
    action="/start/crop"
    data-ask
    data-into="tray"
    data-width="${width}"
    data-height="${height}"
  >
    <h2 id="crop-title">Crop ${name}</h2>
    <p class="quiet" id="crop-keys">
      Drag the square, or its corner. With the keys: arrows move it, + and - resize it, with Shift in steps of one
      pixel.
    </p>
    <div class="cropped">
      <img
        src="/start/preview/${tray}/${place}/${encodeURIComponent(name)}?whole&v=${stamp}"
        alt="${name}, whole"
        width="${width}"
        height="${height}"
      />
      <div class="square" tabindex="0" role="group" aria-label="The square" aria-describedby="crop-keys">
        <span class="corner"></span>
      </div>
    </div>
    <input type="hidden" name="tray" value="${tray}" />
    <input type="hidden" name="place" value="${place}" />
    <input type="hidden" name="name" value="${name}" />
    <p class="numbers">
      ${field('From the left', 'left', [0, width - leastSide])}${field('From the top', 'top', [0, height - leastSide])}
      ${field('Side', 'side', [leastSide, most])}
      <span class="quiet">pixels, of ${width} x ${height}</span>
    </p>
    <p class="actions">
      <button>Use this square</button>
      ${isCropped && html`<button class="plain" name="whole" value="yes" formnovalidate>Use the whole image</button>`}
      <button class="plain" type="button" data-close>Close</button>
    </p>
  </form>`;
}
