import type { ReadArtifact, WriteFile } from './files.js';
import { gatherAlbum, type ThumbnailMemory } from './album.js';
import { curveFile } from './charts/curve-file.js';
import type { DrawingMemory } from './charts/drawing.js';
import { drawCharts } from './draw.js';
import type { ReportData } from '../run/record.js';
import { graphHandedOn, recordHandedOn } from './handed-on/record.js';
import { parseGraph } from './graph/parse.js';
import type { PageContext } from './html/context.js';
import { page } from './html/page.js';
import { reportJson, type ReportFiles } from './json.js';
import { distinctSlugs } from './names.js';
import { readTables } from './tables.js';
import { stripName } from './strengths.js';
import { composeStrip, type StripMemory } from './strip/compose.js';

export interface WriteReportOptions {
  data: ReportData;
  /** The bytes of an artifact, checked against its sha256. */
  read: ReadArtifact;
  write: WriteFile;
  /** Default: what ComfyUI wrote into its pictures (prompts, graphs, file names) stays in the store. */
  keepMetadata?: boolean;
  thumbnails?: ThumbnailMemory;
  /** Default: each chart is drawn. */
  drawings?: DrawingMemory;
  /** Default: each strip is composed. */
  strips?: StripMemory;
  /** Of its pictures. */
  onProgress?: (done: number, of: number) => void;
  signal?: AbortSignal;
}

/**
 * Writes the report file by file, a few pictures and one strip in memory at a time: pictures, strips, curve, graphs, then
 * report.json and report.html. Safe to run again, on a run that goes on too: the same data gives the same bytes.
 * @returns the paths, report.json and report.html last
 */
export async function writeReport(given: WriteReportOptions): Promise<string[]> {
  const { read, write } = given;
  const data = given.keepMetadata ? given.data : recordHandedOn(given.data);
  const options = { ...given, data };
  const tables = await readTables(data, read);
  const [album, strips, graphs] = await Promise.all([
    gatherAlbum({ ...options, tables }),
    writeStrips(data, options),
    copyGraphs(options),
  ]);
  const files: ReportFiles = {
    curve: await writeNamed(write, 'curve.svg', await curveFile(data, options.drawings)),
    strips,
    graphs: graphs.map(({ name, path: file, sha256 }) => ({ name, path: file, sha256 })),
  };
  const context: PageContext = {
    data,
    album,
    graphs,
    tables,
    ...(await drawCharts(data, tables, options.drawings)),
  };
  const json = `${JSON.stringify(reportJson(data, tables, album, files), null, 2)}\n`;
  await write('report.json', json);
  await write('report.html', page(context));
  const made = [files.curve, ...files.strips, ...files.graphs].flatMap((file) => (file ? [file.path] : []));
  return [...album.paths, ...made, 'report.json', 'report.html'];
}

async function writeStrips(
  data: ReportData,
  { read, write, strips: memory, signal }: WriteReportOptions,
): Promise<ReportFiles['strips']> {
  const slugs = distinctSlugs(data.strips.map(stripName));
  const written: ReportFiles['strips'] = [];
  for (const [index, strip] of data.strips.entries()) {
    signal?.throwIfAborted();
    const bytes = await composeStrip(strip, data, read, memory);
    written.push(bytes && (await writeNamed(write, `strip-${slugs[index]}.png`, bytes)));
  }
  return written;
}

type GraphFile = PageContext['graphs'][number] & { sha256: string };

async function copyGraphs({ data, read, write, keepMetadata }: WriteReportOptions): Promise<GraphFile[]> {
  const { graphs } = data;
  const slugs = distinctSlugs(graphs.map(({ name }) => name));
  const copied: GraphFile[] = [];
  for (const [index, { name, graph }] of graphs.entries()) {
    const whole = await read(graph);
    const bytes = keepMetadata ? whole : graphHandedOn(whole);
    const file = await writeNamed(write, `graphs/${slugs[index]}.json`, bytes);
    copied.push({ name, ...file, nodes: parseGraph(bytes) });
  }
  return copied;
}

async function writeNamed(write: WriteFile, name: string, bytes: Buffer | string) {
  return { path: name, sha256: await write(name, bytes) };
}
