import type { GraphKind } from '../project/families/family.js';
import { graphKinds, type GraphKey } from '../project/graph-file.js';
import type { LoadedProject } from '../project/load.js';
import type { ResolvedProject } from '../project/schema.js';
import type { PipelineInput } from '../run/messages.js';

/** What a run's results depend on, with files by the sha256 of their content. */
export interface Asked {
  project: ResolvedProject;
  graphs: Partial<Record<GraphKind, string>>;
  /** Null where stage 01 renders candidates. */
  anchorImage: string | null;
  /** Null where stages 01 to 04 make the dataset. */
  datasetImages: { image: string; caption: string | null }[] | null;
}

export function askedByFile({ project, contents }: LoadedProject): Asked {
  const graphs = Object.entries(contents.graphs ?? {}).map(([key, sha256]) => [graphKinds[key as GraphKey], sha256]);
  return {
    project,
    graphs: Object.fromEntries(graphs) as Asked['graphs'],
    anchorImage: contents.anchorImage ?? null,
    datasetImages: contents.datasetImages ?? null,
  };
}

export function askedByRun({ project, graphs = {}, anchorImage, datasetImages }: PipelineInput): Asked {
  const byContent = Object.entries(graphs).map(([kind, { sha256 }]) => [kind, sha256]);
  return {
    project,
    graphs: Object.fromEntries(byContent) as Asked['graphs'],
    anchorImage: anchorImage?.sha256 ?? null,
    datasetImages: datasetImages?.map(({ image, caption }) => ({ image: image.sha256, caption })) ?? null,
  };
}
