import type { ReportData } from '../run/record.js';
import { pagePalette, pageSizes, type Chart, type ChartSize } from './charts/chart.js';
import { identityCurve } from './charts/curve.js';
import { drawn, type DrawingMemory } from './charts/drawing.js';
import { lossCurve } from './charts/loss.js';
import { memorisationCurve } from './charts/memorisation.js';
import { tradeOff } from './charts/trade-off.js';
import type { ChartPair, PageContext } from './html/context.js';
import { copyingOf, type SweepTables } from './tables.js';

type Charts = Pick<PageContext, 'curve' | 'loss' | 'tradeOff' | 'memorisation' | 'memorisationWithout'>;

/** The charts of the page, each for a desktop's column and for a phone. */
export async function drawCharts(data: ReportData, tables: SweepTables, memory?: DrawingMemory): Promise<Charts> {
  const memorisationWithout = copyingOf(tables.get(null) ?? [])?.memorisation ?? null;
  const pair = async (chartOf: (size: ChartSize) => Chart | null): Promise<ChartPair | null> => {
    const [wide, narrow] = [chartOf(pageSizes.wide), chartOf(pageSizes.narrow)];
    return wide && narrow && { wide: inPage(await drawn(wide, memory)), narrow: inPage(await drawn(narrow, memory)) };
  };
  const [curve, loss, identityAgainstCopying, memorisation] = await Promise.all([
    pair((size) => identityCurve(data, pagePalette, size)),
    pair((size) => data.training && lossCurve(data.training, pagePalette, size)),
    pair((size) => tradeOff(data, tables, pagePalette, size)),
    pair((size) => memorisationCurve(data, memorisationWithout, pagePalette, size)),
  ]);
  return { curve, loss, tradeOff: identityAgainstCopying, memorisationWithout, memorisation };
}

/**
 * Inside HTML an SVG needs no namespaces, and the page names no address at all. What it is stands on its figure; Vega's
 * own roles for its marks have no names.
 */
const inPage = (svg: string): string =>
  svg.replace(/ xmlns(:\w+)?="[^"]*"/g, '').replace(/ (role|aria-roledescription|aria-label)="[^"]*"/g, '');
