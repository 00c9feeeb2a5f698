import { pinnedVersions } from '../../machine/version.js';
import { fingerprintOf } from '../../project/fingerprint.js';
import type { Chart } from './chart.js';

/** Where drawings are kept between reports, by what they show and what drew them. */
export interface DrawingMemory {
  find(sha256: string): Promise<string | null>;
  keep(sha256: string, svg: string): Promise<void>;
}

/** Renders a chart to SVG on the server: no canvas, no browser, the same bytes each time. */
export async function drawn(chart: Chart, memory?: DrawingMemory): Promise<string> {
  if (!memory) return await draw(chart);
  const sha256 = fingerprintOf({ chart, drawnBy: pinnedVersions('vega', 'vega-lite') });
  const kept = await memory.find(sha256);
  if (kept !== null) return kept;
  const svg = await draw(chart);
  await memory.keep(sha256, svg);
  return svg;
}

/** Loaded here: what finds all its drawings does without a second of loading them. */
async function draw(chart: Chart): Promise<string> {
  const [{ parse, View }, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const view = new View(parse(compile(chart).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
