import type { Album } from '../album.js';
import type { ReportData } from '../../run/record.js';
import type { SweepTables } from '../tables.js';
import type { GraphNode } from '../graph/parse.js';

/** What the sections of the page are made from. */
export interface PageContext {
  data: ReportData;
  album: Album;
  /** SVG for a desktop's column and for a phone; null where there is nothing to draw. */
  curve: ChartPair | null;
  loss: ChartPair | null;
  memorisation: ChartPair | null;
  /** Of the renders without any LoRA; null where it was not measured. */
  memorisationWithout: number | null;
  tradeOff: ChartPair | null;
  tables: SweepTables;
  /** `nodes` is null for a graph that cannot be drawn. */
  graphs: { name: string; path: string; nodes: GraphNode[] | null }[];
}

export interface ChartPair {
  wide: string;
  narrow: string;
}

/** What the step that stands out is: while a person is asked for the checkpoint, the rule has only proposed one. */
export const standOutWord = ({ waitingFor }: Pick<ReportData, 'waitingFor'>): 'chosen' | 'proposed' =>
  waitingFor?.gate === 'checkpoint' ? 'proposed' : 'chosen';
