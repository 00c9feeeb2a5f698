import type { Progress } from '../../client/index.js';
import { pictureLink } from '../../report/html/figure.js';
import { html, type Markup } from '../../report/html/markup.js';
import type { ArtifactRef } from '../../run/ref.js';
import type { StudioAlbum } from '../pictures/album.js';

/** Images of what is being rendered at this moment, each as soon as it is stored; the stages show them when they are measured. */
export function arrivingPart({ status, activities }: Progress, album: StudioAlbum): Markup {
  const images =
    status.finishedAt === null
      ? activities.flatMap(({ heartbeat }): ArtifactRef[] =>
          heartbeat?.kind === 'batch' ? (heartbeat.recent ?? []) : [],
        )
      : [];
  if (images.length === 0) return html`<section id="arriving" hidden></section>`;
  const shown = [...new Map(images.map((image) => [image.sha256, image])).values()].reverse();
  return html`<section id="arriving" class="arriving" aria-label="Images as they arrive">
    <ul>
      ${shown.map((image) => html`<li>${pictureLink(album, image, 'sheet', `New image ${image.name}`)}</li>`)}
    </ul>
  </section>`;
}
