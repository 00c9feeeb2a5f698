import { planViewsI, planViewsII } from '../dataset/index.js';
import { defaultRunId } from '../client/run-id.js';
import { familyNames, familyOf, withoutEditing } from '../project/families/index.js';
import { commercialConditions, commercialProblems, licenceLines, modelsUsed } from '../project/families/licence.js';
import { guardAnchorOf } from '../project/guard-anchor.js';
import { loadProject, type LoadedProject } from '../project/load.js';
import { stageTitles, type StageId } from '../project/names.js';
import { severalStrengths, strengthsOf } from '../project/strengths.js';
import { whatToStart } from './unserved.js';
import { exitCodes } from './exit-codes.js';
import { UsageError, printJson, printResult, table } from './output.js';
import { sweepNotes } from './sweep-notes.js';

interface PlannedStage {
  id: StageId | 'sweep';
  what: string;
  /** Pictures rendered when nothing is rejected. */
  pictures: number;
}

interface Flags {
  json?: boolean;
  /** The results are to be sold. */
  commercial?: boolean;
}

export async function planCommand(file: string, { json, commercial }: Flags): Promise<number> {
  const loaded = await loadProject(file);
  const family = familyOf(loaded.project.model);
  const [forbidden, ...more] = commercial ? commercialProblems(family) : [];
  if (forbidden) throw new UsageError([forbidden, ...more, otherModels()].join('\n'));
  const stages = planOf(loaded);
  const pictures = stages.reduce((sum, stage) => sum + stage.pictures, 0);
  const { project, projectSha256 } = loaded;
  const runId = defaultRunId(loaded);
  const notes = [...(commercial ? commercialConditions(family) : []), ...(await notesOf(loaded))];
  if (json) {
    printJson({
      runId,
      projectSha256,
      model: project.model,
      trigger: project.trigger,
      stages,
      pictures,
      steps: project.training.steps,
      licences: modelsUsed(family),
      notes,
    });
    return exitCodes.done;
  }
  const rows = stages.map(({ id, what, pictures: count }) => [titleOf(id), what, count > 0 ? `${count} images` : '']);
  printResult(`${project.name} with ${project.model}, trigger word ${project.trigger}, run ${runId}`);
  printResult(table(rows));
  printResult(`at least ${pictures} images; rejected ones are rendered again`);
  for (const line of licenceLines(family)) printResult(line);
  for (const note of notes) printResult(note);
  return exitCodes.done;
}

const otherModels = (): string => {
  const free = familyNames.filter((name) => name !== 'sandbox' && commercialProblems(familyOf(name)).length === 0);
  return `Choose another model: ${free.join(', ')}.`;
};

/** What to know before starting. */
async function notesOf({ project: { model, sweep }, files, notes }: LoadedProject): Promise<string[]> {
  const redraws = !familyOf(model).edits && !files.graphs?.edit && files.datasetImages === undefined;
  const missing = await whatToStart(model);
  return [
    ...notes,
    ...sweepNotes(sweep),
    ...(redraws ? [`${withoutEditing(model)}.`] : []),
    ...(missing ? [missing] : []),
  ];
}

function planOf({ project, files }: LoadedProject): PlannedStage[] {
  const { anchor, canonical, dataset, training, sweep, editorial, approvals } = project;
  const asks = (gate: (typeof approvals)[number]): string => (approvals.includes(gate) ? ', then waits for you' : '');
  const own = files.datasetImages;
  const captions = own?.filter(({ captionPath }) => captionPath !== null).length;
  const perSet = sweep.prompts.length * sweep.seeds;
  const strengths = severalStrengths(sweep);
  const perStep = perSet * strengthsOf(sweep).length;
  const atStrengths = strengths ? ` at strengths ${strengths.join(', ')}` : '';
  const guardAnchor = guardAnchorOf(project);
  const forGuards = guardAnchor === null ? '' : `, ${guardAnchor} only to check for memorisation,`;
  const faces: PlannedStage[] =
    own !== undefined
      ? [
          {
            id: '05-training',
            what: `starts from your ${own.length} images, ${captions} with captions`,
            pictures: 0,
          },
        ]
      : [
          files.anchorImage
            ? { id: '01-anchor', what: `uses your photo${asks('anchor')}`, pictures: 0 }
            : {
                id: '01-anchor',
                what: `best of ${anchor?.candidates} candidates${asks('anchor')}`,
                pictures: anchor?.candidates ?? 0,
              },
          {
            id: '02-canonical',
            what: `closest of ${canonical.candidates} passport portraits${asks('canonical')}`,
            pictures: canonical.candidates,
          },
          {
            id: '03-views-i',
            what: `${dataset.yaw.length} x ${dataset.pitch.length} angles`,
            pictures: planViewsI(dataset).length,
          },
          {
            id: '04-views-ii',
            what: `more angles, distances, expressions${asks('dataset')}`,
            pictures: planViewsII(dataset).length,
          },
        ];
  return [
    ...faces,
    { id: '05-training', what: `${training.steps} steps, a checkpoint every ${training.saveEvery}`, pictures: 0 },
    {
      id: 'sweep',
      what: `checkpoints ${sweep.steps.join(', ')}${atStrengths}${forGuards} and no LoRA: ${sweep.prompts.length} prompts x ${sweep.seeds} seeds${asks('checkpoint')}`,
      pictures: perStep * (sweep.steps.length + (guardAnchor === null ? 0 : 1)) + perSet,
    },
    { id: '06-editorial', what: `${editorial.prompts.length} prompts`, pictures: editorial.images },
  ];
}

function titleOf(id: StageId | 'sweep'): string {
  return id === 'sweep' ? '   Checkpoint sweep' : `${id.slice(0, 2)} ${stageTitles[id]}`;
}
