import { stageIds } from '../../project/names.js';
import { drawCharts } from '../../report/draw.js';
import type { ReadArtifact } from '../../report/files.js';
import { parseGraph } from '../../report/graph/parse.js';
import { captures } from '../../report/html/captures.js';
import type { PageContext } from '../../report/html/context.js';
import { gallery } from '../../report/html/gallery.js';
import { generalisation } from '../../report/html/generalisation.js';
import { verdict } from '../../report/html/hero.js';
import { html, type Content, type Markup } from '../../report/html/markup.js';
import { stageSections } from '../../report/html/stages.js';
import { numbers, provenance } from '../../report/html/tables.js';
import { readTables, type SweepTables } from '../../report/tables.js';
import type { ReportData } from '../../run/record.js';
import type { StudioAlbum } from '../pictures/album.js';
import { headPart } from './head.js';
import { choosePart } from './choose.js';
import { decidedPart } from './decided.js';
import { homePart } from './home.js';

/** The report of a run as parts by the id of their element, each of them the report's own. */
export async function reportParts(
  data: ReportData,
  album: StudioAlbum,
  read: ReadArtifact,
): Promise<{ parts: [string, string][]; tables: SweepTables }> {
  const tables = await readTables(data, read);
  const graphs = await Promise.all(
    data.graphs.map(async ({ name, graph }) => {
      return { name, path: album.fileOf(graph).path, nodes: parseGraph(await read(graph)) };
    }),
  );
  const context: PageContext = { data, album, graphs, tables, ...(await drawCharts(data, tables)) };
  const stages = stageSections(context);
  const parts: [string, string][] = [
    ['head', headPart(context).text],
    ['choice', verdict(context).text],
    ['choose', choosePart(data).text],
    ['decided', decidedPart(data).text],
    ...stageIds.map((id, index): [string, string] => [id, stages[index].text]),
    ['gallery', gallery(context).text],
    ['generalisation', present('generalisation', generalisation(context)).text],
    ['pipeline', captures(context).text],
    ['numbers', numbers(context).text],
    ['home', homePart(data).text],
    ['provenance', provenance(data).text],
  ];
  return { parts, tables };
}

/** A part that is not there yet keeps its place. */
const present = (id: string, part: Content): Markup => (part ? html`${part}` : html`<div id="${id}" hidden></div>`);
