import type { ResolvedProject } from '../project/schema.js';
import { stopWords, type CheckpointSaved, type TrainingStop } from '../run/training-record.js';
import type { Timeline } from './timeline.js';

/** What a run knows of its training while that goes on: which checkpoints are saved, and whether it is to stop. */
export class Saves {
  readonly byStep = new Map<number, CheckpointSaved>();
  /** By the rule or a person, from the moment that it is decided. */
  stop: TrainingStop | null = null;

  constructor(
    private readonly project: ResolvedProject,
    private readonly timeline: Timeline,
  ) {}

  note(saved: CheckpointSaved): void {
    if (this.byStep.has(saved.step)) return;
    this.byStep.set(saved.step, saved);
    this.timeline.note('05-training', 'checkpoint', `checkpoint ${saved.step} saved`);
  }

  /** Those that the training was to make, ascending; what was saved because it was stopped is none. */
  get scheduled(): number[] {
    const { saveEvery } = this.project.training;
    return [...this.byStep.keys()].filter((step) => step % saveEvery === 0).sort((a, b) => a - b);
  }

  get lastScheduled(): number {
    return this.scheduled.at(-1) ?? 0;
  }

  get lastStep(): number {
    return Math.max(0, ...this.byStep.keys());
  }

  /** What is saved by now counts, and nothing is trained any more. */
  stopByPerson(who: string | undefined): void {
    const at = this.lastScheduled;
    this.stop = { kind: 'person', decidedAt: at, since: at, ...(who ? { who } : {}) };
    this.timeline.note(
      '05-training',
      'decision',
      `the training is stopped after checkpoint ${at}: ${stopWords(this.stop)}`,
    );
  }
}
