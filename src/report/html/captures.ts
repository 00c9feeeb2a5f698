import { graphDiagram, noDiagram } from '../graph/diagram.js';
import { hrefOf } from '../names.js';
import type { PageContext } from './context.js';
import { html, type Markup } from './markup.js';
import { timeline } from './timeline.js';

/** Captures of the pipeline's own state: how the run went, and the graphs that it rendered with. */
export function captures({ data, graphs }: PageContext): Markup {
  return html`<section class="captures" id="pipeline" aria-labelledby="pipeline-title">
    <header>
      <p class="eyebrow">Supplementary · captures of the pipeline</p>
      <h2 id="pipeline-title">How it was made</h2>
    </header>
    <article>
      <h3>Timeline of the run</h3>
      ${timeline(data)}
    </article>
    ${graphs.map(
      ({ name, path, nodes }) =>
        html`<article>
          <h3>Render graph · ${name}</h3>
          ${nodes ? html`<div class="scroll" tabindex="0" role="group" aria-label="Diagram of the render graph ${name}">${graphDiagram(nodes, `Render graph ${name}: ${nodes.map(({ title }) => title).join(', ')}`)}</div>` : noDiagram}
          <p class="quiet on-screen"><a href="${hrefOf(path)}">Open the graph</a>, in ComfyUI’s API format.</p>
        </article>`,
    )}
  </section>`;
}
