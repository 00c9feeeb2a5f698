import type { CoverageBin } from '../../run/coverage.js';
import { hrefOf } from '../names.js';
import { plural, sentence } from '../numbers.js';
import type { PageContext } from './context.js';
import { html, type Content } from './markup.js';
import { checkpointTable, type TableRow } from './table.js';

/** Which of the asked views have an image, by yaw; nothing in reports of earlier versions. */
export function coverageTable({ data, album }: PageContext): Content {
  const { coverage, stages } = data;
  if (!coverage) return null;
  const { bins, kept, renders, lacks } = coverage;
  const images = new Map(
    stages.flatMap(({ outputs }) =>
      outputs.flatMap(({ view, image, heldOut = false }) => (view ? [[view, { image, heldOut }] as const] : [])),
    ),
  );
  const cellOf = (of: readonly CoverageBin[]): Content =>
    of.map(({ view, renders }) => {
      const found = images.get(view);
      if (!found) return html`<b>none of ${renders}</b> `;
      return html`<a href="${hrefOf(album.fileOf(found.image).path)}">1 of ${renders}</a
        >${found.heldOut && ' held out'} `;
    });
  const yaws = [...new Set(bins.map(({ yaw }) => yaw))].sort((a, b) => a - b);
  const rowNames = [...new Set(bins.map(rowOf))];
  const rows = rowNames.map((name): TableRow => {
    const inRow = bins.filter((bin) => rowOf(bin) === name);
    const cells = yaws.map((yaw) => {
      const of = inRow.filter((bin) => bin.yaw === yaw);
      return of.length === 0 ? null : cellOf(of);
    });
    return { name, mark: '', cells };
  });
  return html`<h3 class="pairs-title">
      Coverage: ${kept} of ${plural(bins.length, 'view')}, ${plural(renders, 'render')}
    </h3>
    ${checkpointTable('Coverage of the views of both stages', ['View', ...yaws.map((yaw) => `yaw ${yaw}`)], rows)}
    <p class="quiet">
      Each cell: images kept of those rendered for the view; a link opens the image. ${lacks && sentence(lacks)}
    </p>`;
}

const rowOf = ({ distance, expression, pitch }: CoverageBin): string => `${distance}, ${expression}, pitch ${pitch}`;
