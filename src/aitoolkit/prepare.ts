import { join } from 'node:path';
import { fault, type Fault, type OpenedAttempt, type PreparedAttempt, type TrainingRequest } from '../trainer/index.js';
import { finalFileFault } from './checkpoint-metadata.js';
import { checkpointFiles } from './checkpoint-files.js';
import { isPlainLora, trainerConfig, trainerSteps, writeTrainerConfig } from './config.js';
import { layPictures, makeFolders, runNameOf, stageResume, type AttemptFolders } from './folders.js';
import { readLogLine } from './log-lines.js';
import { readBar } from './progress-bar.js';
import type { ResumedAt } from './optimizer.js';
import { readPoint } from './resume.js';
import { openSideChannel, type SideChannel } from './side-channel.js';
import { bytesToWrite } from './sizes.js';
import { ValidationLog, validationLogName } from './validation-loss.js';

export interface ProgramSettings {
  command: string[];
  cwd?: string;
  env: Record<string, string | undefined>;
}

export async function openAttempt(settings: ProgramSettings, request: TrainingRequest): Promise<OpenedAttempt | Fault> {
  const folders = await makeFolders(request.workDir);
  if ('cause' in folders) return folders;
  const channel = await openSideChannel();
  let validationLog: ValidationLog | null = null;
  return {
    takenFolder: folders.takenFolder,
    bytesToWrite: () => bytesToWrite(request),
    async prepare() {
      const resumed = await layInputs(request, folders, channel);
      if (resumed && 'cause' in resumed) return resumed;
      const runFolder = join(folders.trainingFolder, runNameOf(request.plan.name));
      validationLog = request.validation ? new ValidationLog(join(runFolder, validationLogName)) : null;
      return preparedAttempt({ settings, request, folders, channel, runFolder, resumed, validationLog });
    },
    async release() {
      validationLog?.close();
      await channel?.close();
      await folders.release();
    },
  };
}

/** Dataset, config and, for a resume, the one checkpoint with its state in an otherwise empty run folder. */
async function layInputs(
  { plan, dataset, validation, resumeFrom }: TrainingRequest,
  { configPath, datasetFolder, validationFolder, trainingFolder }: AttemptFolders,
  channel: SideChannel | null,
): Promise<ResumedAt | null | Fault> {
  const runName = runNameOf(plan.name);
  await layPictures(datasetFolder, dataset);
  const items = await layPictures(validationFolder, validation?.items ?? []);
  const paths = { runName, trainingFolder, datasetFolder, channel };
  const validated = validation ? { every: validation.every, items } : null;
  await writeTrainerConfig(configPath, trainerConfig(plan, paths, validated));
  if (!resumeFrom) return null;
  const resumed = await readPoint(plan, resumeFrom);
  if (typeof resumed === 'string') {
    return fault('artifact-damaged', `Can't resume from checkpoint ${resumeFrom.step}: ${resumed.replace(/\.$/, '')}.`);
  }
  await stageResume(join(trainingFolder, runName), runName, resumeFrom);
  return resumed;
}

interface AttemptParts {
  settings: ProgramSettings;
  request: TrainingRequest;
  folders: AttemptFolders;
  channel: SideChannel | null;
  runFolder: string;
  /** Null: the attempt starts at step 0. */
  resumed: ResumedAt | null;
  validationLog: ValidationLog | null;
}

function preparedAttempt({
  settings,
  request: { plan },
  folders,
  channel,
  runFolder,
  resumed,
  validationLog,
}: AttemptParts): PreparedAttempt {
  const runName = runNameOf(plan.name);
  const [lastStep, countsModules] = [trainerSteps(plan), isPlainLora(plan)];
  return {
    command: [...settings.command, folders.configPath],
    cwd: settings.cwd,
    env: { ...settings.env, ...channel?.env },
    resumed,
    lastStep,
    readLine(line) {
      const event = readLogLine(line);
      return event?.kind === 'modules' && !countsModules ? null : event;
    },
    readBar: (segment) => readBar(runName, segment),
    readStep() {
      const reading = channel?.read();
      return reading?.info === 'Training' ? reading.step : null;
    },
    readValidation: async () => (await validationLog?.read()) ?? [],
    saveNow: channel ? () => channel.saveNow() : undefined,
    checkpoints: checkpointFiles(plan, runFolder, resumed),
    finalFault: () => finalFileFault(join(runFolder, `${runName}.safetensors`), lastStep),
  };
}
