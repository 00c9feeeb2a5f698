import { html, type Content, type Markup } from './markup.js';

export interface TableRow {
  name: Content;
  mark: 'chosen' | 'baseline' | '';
  /** Nothing known: a dash. */
  cells: Content[];
}

/** A row a checkpoint; scrolls by itself where the screen is narrower. @param label for those who can't see it */
export function checkpointTable(label: string, heads: readonly string[], rows: readonly TableRow[]): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col"><span>${head}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(rowMarkup)}
      </tbody>
    </table>
  </div>`;
}

const rowMarkup = ({ name, mark, cells }: TableRow): Markup =>
  html`<tr class="${mark}">
    <th scope="row">${name}</th>
    ${cells.map((cell) => html`<td>${cell ?? '–'}</td>`)}
  </tr>`;
