import { gateCommands } from '../../run/commands.js';
import type { GateOption } from '../../run/record.js';
import type { Album } from '../album.js';
import type { PageContext } from './context.js';
import { pictureFigure } from './figure.js';
import { html, type Content } from './markup.js';
import { sheet } from './sheet.js';

/** What a run that waits asks of a person: what can be picked, by its number, and what to type. */
export function waiting({ data, album }: PageContext): Content {
  const { run, waitingFor } = data;
  if (!waitingFor) return null;
  const { gate, text, options } = waitingFor;
  return html`<section id="waiting" aria-labelledby="waiting-title">
    <h2 id="waiting-title">The run is waiting for you at the gate ${gate}</h2>
    <p>${text}</p>
    ${sheet(options.map((option) => optionFigure(option, album)))}
    ${gateCommands(run.id, gate).map((command) => html`<p><code>${command}</code></p>`)}
  </section>`;
}

function optionFigure({ index, image, identity, name, proposed, step }: GateOption, album: Album) {
  const words = `${index}: ${name ?? image.name}`;
  const picture = { image, seed: null, prompt: null, promptId: null, graphSha256: null, measured: null };
  const facts = [
    ...(identity === null ? [] : [`identity ${step === undefined ? '' : 'of this image '}${identity.toFixed(3)}`]),
    ...(proposed ? ['proposed'] : []),
    album.fileOf(image).path,
  ];
  return pictureFigure(album, picture, { title: words, note: facts.join(' · '), alt: words });
}
