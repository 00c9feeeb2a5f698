import type { PipelineInput } from '../run/messages.js';
import { stepShown, type ReportData, type Strip } from '../run/record.js';

export interface ComparedRun {
  data: ReportData;
  input: PipelineInput;
}

/** What a run was given: its project, and the files that it names by their content. */
export const givenTo = ({ input }: ComparedRun): unknown => ({
  ...input.project,
  ...(input.anchorImage ? { 'anchor image (sha256)': input.anchorImage.sha256 } : {}),
  ...Object.fromEntries(
    Object.entries(input.graphs ?? {}).map(([kind, { sha256 }]) => [`graph ${kind} (sha256)`, sha256]),
  ),
});

/** Whose images stand for the run: the chosen checkpoint, or the one that its last stage shows. */
export const stepOf = ({ data }: ComparedRun): number | null => stepShown(data.choice);

/** Of a sweep at several strengths, those of the chosen one. */
export const stripsOf = ({ data }: ComparedRun): Strip[] =>
  data.strips.filter(({ strength }) => strength === undefined || strength === data.run.strength);

/** Identities are comparable only where they are measured against the same images by the same models. */
export function hasSameMeasure(one: ComparedRun, other: ComparedRun): boolean {
  const measureOf = ({ data }: ComparedRun): string =>
    JSON.stringify([data.references.map(({ image }) => image.sha256).sort(), data.provenance['embedders'] ?? null]);
  return measureOf(one) === measureOf(other);
}
