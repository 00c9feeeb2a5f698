import type {
  AuditDatasetInput,
  AuditDatasetResult,
  ChooseCheckpointInput,
  ChosenCheckpoint,
  ComparedFaces,
  JudgeTrainingInput,
  RenderBatchInput,
  RenderBatchResult,
  ReuseUnitsInput,
  ReusedUnit,
  ScoreFacesInput,
  ScoreFacesResult,
  TrainLoraInput,
  TrainLoraResult,
  WriteReportResult,
} from './contracts.js';
import type { RunDocument } from './messages.js';
import type { Notice } from './notice.js';
import type { ReportRecord } from './record.js';
import type { TrainingStop } from './training-record.js';
import type { ArtifactRef } from './ref.js';

/** What workflows may call, by the role that offers it. Each may run twice, on two machines, and answers the same. */
export interface Activities {
  pipeline: {
    chooseCheckpoint(input: ChooseCheckpointInput): Promise<ChosenCheckpoint>;
    /** Null: the training goes on. */
    judgeTraining(input: JudgeTrainingInput): Promise<TrainingStop | null>;
    writeReport(record: ReportRecord): Promise<WriteReportResult>;
    /** Keeps what a run knows of itself, for when Temporal has forgotten it. */
    keepRun(document: RunDocument): Promise<void>;
    readRun(record: ArtifactRef): Promise<RunDocument>;
    /** Whoever brought LoRAs to a server for this user may take them away. */
    releaseLoras(input: { user: string }): Promise<void>;
    /** Takes a notice over, to be sent to whoever the worker's settings name. */
    tellPeople(notice: Notice): Promise<void>;
  };
  render: {
    renderBatch(input: RenderBatchInput): Promise<RenderBatchResult>;
    /** @returns the names removed from the worker's server */
    tidyLoras(): Promise<string[]>;
  };
  train: {
    trainLora(input: TrainLoraInput): Promise<TrainLoraResult>;
  };
  identity: {
    scoreFaces(input: ScoreFacesInput, faces?: ComparedFaces): Promise<ScoreFacesResult>;
    /**
     * Takes units whose images other runs have rendered, all of them, and scores them; no render server is asked.
     * @param faces as of `scoreFaces`, where they are the same for all units
     * @returns null for a unit of which an image is missing
     */
    reuseUnits(input: ReuseUnitsInput, faces?: ComparedFaces): Promise<(ReusedUnit | null)[]>;
    /** @returns what is learnt with the trigger and is not the face, a sentence each; at most ten */
    auditDataset(input: AuditDatasetInput): Promise<AuditDatasetResult>;
  };
}
