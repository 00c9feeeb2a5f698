import { html, trusted, type Markup } from '../html/markup.js';
import { layOut, rowY, sizes, type Box } from './layout.js';
import type { GraphNode } from './parse.js';

const longestTitle = 25;
const longestInput = 27;
const air = 2;
/** A wide graph shrinks with the page down to this part of its size; then it scrolls. */
const smallest = 0.75;

/** A render graph as an SVG diagram: boxes in layers from left to right, their settings in them, links between. */
export function graphDiagram(nodes: GraphNode[], label: string): Markup {
  const { width, height, boxes, links } = layOut(nodes);
  const used = new Set(nodes.flatMap(({ inputs }) => inputs.map(({ from }) => from)));
  const view = [-air, -air, width + 2 * air, height + 2 * air].join(' ');
  const paths = links.map((points) => html`<path class="link" d="${curveThrough(points)}" />`);
  return html`<svg
    class="graph"
    viewBox="${view}"
    width="${width}"
    height="${Math.round(height)}"
    style="min-width:${Math.round(width * smallest)}px"
    role="img"
    aria-label="${label}"
  >
    ${paths}${nodes.map((node) => nodeBox(node, boxes.get(node.id)!, used.has(node.id)))}
  </svg>`;
}

function nodeBox(node: GraphNode, box: Box, hasUsers: boolean): Markup {
  const rows = node.inputs.map(({ name, from, value }, index) => {
    const y = Math.round(rowY(box, index) + 4);
    if (from !== null) {
      return html`<circle class="port" cx="${box.x}" cy="${rowY(box, index)}" r="3.5" /><text
          class="input"
          x="${box.x + 12}"
          y="${y}"
          >${cut(name, longestInput)}</text
        >`;
    }
    const room = Math.max(6, longestInput - name.length);
    return html`<text class="input" x="${box.x + 12}" y="${y}">${name}</text
      ><text class="value" x="${box.x + box.width - 10}" y="${y}">${cut(value, room)}<title>${value}</title></text>`;
  });
  const out =
    hasUsers && html`<circle class="port" cx="${box.x + box.width}" cy="${box.y + sizes.title / 2}" r="3.5" />`;
  return html`<g
    ><rect class="node" x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="4" />
    <text class="title" x="${box.x + 12}" y="${Math.round(box.y + 22)}"
      >${cut(node.title, longestTitle)}<title>${node.kind ?? node.title}</title></text
    >${rows}${out}</g
  >`;
}

function curveThrough(points: [number, number][]): string {
  const [first, ...rest] = points;
  let [x, y] = first;
  const parts = [`M${x} ${y}`];
  for (const [nextX, nextY] of rest) {
    const bend = (nextX - x) / 2;
    parts.push(nextY === y ? `H${nextX}` : `C${x + bend} ${y} ${nextX - bend} ${nextY} ${nextX} ${nextY}`);
    [x, y] = [nextX, nextY];
  }
  return parts.join('');
}

const cut = (text: string, most: number): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  const letters = [...line];
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : line;
};

/** Where there is nothing to draw. */
export const noDiagram: Markup = trusted(
  '<p class="quiet">This graph is not in the API format, so it is not drawn.</p>',
);
