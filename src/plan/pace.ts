import type { ReportRecord, TimelineEvent } from '../run/record.js';
import { stepsTrained } from '../run/training-record.js';
import type { RunDocument } from '../run/messages.js';
import type { StageId } from '../project/names.js';

/** What the store has seen of a model family; null where it has seen nothing of the kind. */
export interface Pace {
  secondsPerImage: number | null;
  secondsPerStep: number | null;
  bytesPerImage: number | null;
  /** With what a resume needs. */
  bytesPerCheckpoint: number | null;
}

/** Medians over the runs: machines differ, and one slow run is no rule. */
export function paceOf(runs: readonly RunDocument[]): Pace {
  const reports = runs.map(({ report }) => report);
  return {
    secondsPerImage: median(reports.flatMap(imageSeconds)),
    secondsPerStep: median(
      reports.flatMap(({ training }) =>
        training && training.seconds > 0 ? [training.seconds / stepsTrained(training)] : [],
      ),
    ),
    bytesPerImage: median(reports.flatMap(({ stages }) => stages.flatMap(imageBytes))),
    bytesPerCheckpoint: median(
      runs.flatMap(({ saved }) => saved.map(({ lora, stateBytes = 0 }) => lora.bytes + stateBytes)),
    ),
  };
}

/** What makes a stage longer than its work, or shorter. */
const disturbing: TimelineEvent['kind'][] = ['reuse', 'wait', 'help', 'retry', 'resume'];

/**
 * Of each stage that rendered. Where GPU time was counted it is that, which no closed terminal and no queue makes longer;
 * else, in records of older versions, the length of an undisturbed stage.
 */
function imageSeconds({ stages, timeline, spent }: ReportRecord): number[] {
  const told = (id: StageId, kinds: TimelineEvent['kind'][]): boolean =>
    timeline.some(({ stage, kind }) => stage === id && kinds.includes(kind));
  return stages.flatMap(({ id, startedAt, finishedAt, outputs, rejected }) => {
    const images = [...outputs, ...rejected].filter(({ promptId }) => promptId !== null).length;
    if (id === '05-training' || images === 0) return [];
    const counted = spent?.[id]?.gpuSeconds;
    if (counted !== undefined) return told(id, ['reuse']) ? [] : [counted / images];
    if (told(id, disturbing) || !startedAt || !finishedAt) return [];
    return [(Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 / images];
  });
}

const imageBytes = ({ outputs }: ReportRecord['stages'][number]): number[] =>
  outputs.filter(({ promptId }) => promptId !== null).map(({ image }) => image.bytes);

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
