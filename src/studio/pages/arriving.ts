import { pictureLink } from '../../report/html/figure.js';
import { html, type Markup } from '../../report/html/markup.js';
import type { ArtifactRef } from '../../run/ref.js';
import type { StudioAlbum } from '../pictures/album.js';

/** Images as soon as they are stored; the stages show them when they are measured. */
export function arrivingPart(images: readonly ArtifactRef[], album: StudioAlbum): Markup {
  if (images.length === 0) return html`<section id="arriving" hidden></section>`;
  return html`<section id="arriving" class="arriving" aria-label="Images as they arrive">
    <ul>
      ${images.map((image) => html`<li>${pictureLink(album, image, 'sheet', `New image ${image.name}`)}</li>`)}
    </ul>
  </section>`;
}
