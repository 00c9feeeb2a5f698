import type { ReportData } from '../run/record.js';
import { pagePalette, pageSizes, type ChartSize } from './charts/chart.js';
import { identityCurve } from './charts/curve.js';
import { lossCurve } from './charts/loss.js';
import { memorisationCurve } from './charts/memorisation.js';
import { tradeOff } from './charts/trade-off.js';
import type { ChartPair, PageContext } from './html/context.js';
import { copyingOf, type SweepTables } from './tables.js';

type Charts = Pick<PageContext, 'curve' | 'loss' | 'tradeOff' | 'memorisation' | 'memorisationWithout'>;

/** The charts of the page, each for a desktop's column and for a phone. */
export async function drawCharts(data: ReportData, tables: SweepTables): Promise<Charts> {
  const memorisationWithout = copyingOf(tables.get(null) ?? [])?.memorisation ?? null;
  return {
    curve: await pair((size) => identityCurve(data, pagePalette, size)),
    loss: await pair(async (size) => data.training && lossCurve(data.training, pagePalette, size)),
    tradeOff: await pair((size) => tradeOff(data, tables, pagePalette, size)),
    memorisationWithout,
    memorisation: await pair((size) => memorisationCurve(data, memorisationWithout, pagePalette, size)),
  };
}

async function pair(draw: (size: ChartSize) => Promise<string | null>): Promise<ChartPair | null> {
  const wide = await draw(pageSizes.wide);
  const narrow = wide && (await draw(pageSizes.narrow));
  return wide && narrow ? { wide: inPage(wide), narrow: inPage(narrow) } : null;
}

/**
 * Inside HTML an SVG needs no namespaces, and the page names no address at all. What it is stands on its figure; Vega's
 * own roles for its marks have no names.
 */
const inPage = (svg: string): string =>
  svg.replace(/ xmlns(:\w+)?="[^"]*"/g, '').replace(/ (role|aria-roledescription|aria-label)="[^"]*"/g, '');
