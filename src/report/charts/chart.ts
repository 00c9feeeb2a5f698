import type { TopLevelSpec } from 'vega-lite';

/** Colours of a chart: fixed ones for a file to post, the page's own variables (light and dark) inside the page. */
export interface Palette {
  paper: string;
  ink: string;
  quiet: string;
  hairline: string;
  accent: string;
  mark: string;
}

export const filePalette: Palette = {
  paper: '#ffffff',
  ink: '#111113',
  quiet: '#6b6b70',
  hairline: '#e3e3e6',
  accent: '#2f5bd7',
  mark: '#e0311f',
};

export const pagePalette: Palette = {
  paper: 'var(--paper)',
  ink: 'var(--ink)',
  quiet: 'var(--quiet)',
  hairline: 'var(--hairline)',
  accent: 'var(--accent)',
  mark: 'var(--mark)',
};

export interface ChartSize {
  width: number;
  height: number;
  /** In the chart's own pixels. */
  fontSize: number;
}

/** In the page: one for a desktop, a tablet and paper, one whose letters stay readable on a phone. */
export const pageSizes: { wide: ChartSize; narrow: ChartSize } = {
  wide: { width: 860, height: 310, fontSize: 13 },
  narrow: { width: 360, height: 290, fontSize: 12.5 },
};

/** Below this width a long axis title would take the room of the plot: the chart says the same in fewer words. */
export const isNarrow = ({ width }: ChartSize): boolean => width < 500;

/** As many decimals as the distance of two ticks needs: a fixed number repeats labels where the range is small. */
export const plainTicks = { format: 'f' };
export const signedTicks = { format: '+f', labelExpr: "datum.value === 0 ? '0' : datum.label" };

export const fontFamily = "'Inter Tight', Inter, 'Helvetica Neue', Arial, sans-serif";

type Part = Omit<TopLevelSpec & { layer: unknown[] }, '$schema'>;

/** A Vega-Lite specification with everything that its looks depend on: `drawn` makes the SVG. */
export type Chart = TopLevelSpec;

export function chartOf(part: object, palette: Palette, size: ChartSize): Chart {
  return {
    ...(part as Part),
    width: size.width,
    height: size.height,
    padding: 4,
    autosize: { type: 'fit', contains: 'padding' },
    background: 'transparent',
    config: configOf(palette, size),
  } as unknown as Chart;
}

const configOf = ({ ink, quiet, hairline }: Palette, { width, height, fontSize }: ChartSize) => ({
  font: fontFamily,
  view: { stroke: null },
  axis: {
    labelColor: quiet,
    labelFontSize: fontSize,
    titleColor: quiet,
    titleFontSize: fontSize,
    titleFontWeight: 400 as const,
    gridColor: hairline,
    domainColor: hairline,
    tickColor: hairline,
    labelPadding: 8,
  },
  // The plot gets what titles leave over: without a limit a long one leaves nothing.
  axisX: { grid: false, titlePadding: 12, titleLimit: Math.round(0.8 * width) },
  axisY: { domain: false, ticks: false, titlePadding: 12, titleLimit: Math.round(0.8 * height) },
  text: { color: ink, fontSize },
});
