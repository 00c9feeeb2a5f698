import type { createChoiceActivities } from './choose-checkpoint.js';
import type { createRenderActivities } from './render-batch.js';
import type { createRunActivities } from './keep-run.js';
import type { createReleaseActivities } from './loras.js';
import type { createReportActivities } from './write-report.js';
import type { createScoreActivities } from './score-faces.js';
import type { createTrainActivities } from './train-lora.js';

/** What workflows may call, by the role that offers it. */
export interface Activities {
  pipeline: ReturnType<typeof createReportActivities> &
    ReturnType<typeof createReleaseActivities> &
    ReturnType<typeof createRunActivities> &
    ReturnType<typeof createChoiceActivities>;
  render: ReturnType<typeof createRenderActivities>;
  train: ReturnType<typeof createTrainActivities>;
  identity: ReturnType<typeof createScoreActivities>;
}
