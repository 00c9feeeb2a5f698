import { isDeepStrictEqual } from 'node:util';
import { viewsOf } from '../dataset/index.js';
import { takesSeveralImages } from '../project/families/editors.js';
import { familyOf } from '../project/families/index.js';
import type { Gate } from '../project/names.js';
import { strengthsOf } from '../project/strengths.js';
import { hangsOnLength } from '../project/ai-toolkit-override.js';
import type { RunDocument } from '../run/messages.js';
import { stepShown } from '../run/record.js';
import { askedByRun, type Asked } from './asked.js';
import { imagesOf, setsOf, type AskedImage, type AskedSet, type RenderingStage } from './items.js';

/** What of a run is there already, by what earlier runs of its store have asked for. */
export interface Reuse {
  images: Record<RenderingStage | 'sweep', number>;
  /** The last step that is trained already, of those that are wanted; 0 where the training begins at its start. */
  trainedTo: number;
  /** Whose work it is, newest first. */
  runs: string[];
  /** What it hangs on, a sentence each. */
  notes: string[];
}

interface Earlier {
  asked: Asked;
  /** Of each set of its sweep. */
  swept: AskedImage[];
  document: RunDocument;
}

/** A part of what is asked; where it is the same, so is what follows from it. */
type Part = (asked: Asked) => unknown;

const face: Part = ({ project: { anchor }, graphs, anchorImage }) =>
  anchorImage ?? [anchor?.prompt, anchor?.candidates, anchor?.seed, graphs['text-to-image']];
const portrait: Part = ({ project: { canonical, anchor, views }, graphs }) => [
  canonical,
  anchor?.seed,
  graphs.edit,
  views?.editors[0],
];
/** What may be spent on them, and what is asked of them, changes no image. */
const views: Part = ({ project: { dataset, views: chosen } }) => [
  { ...dataset, audit: null, budget: null, require: null },
  chosen,
];
/** Of stage 04, where an editor is shown what stage 03 has kept. */
const shown: Part = ({ project, graphs }) =>
  takesSeveralImages(project, graphs) ? [viewsOf(project.dataset).first, project.dataset.heldOut] : null;
const own: Part = ({ datasetImages }) => datasetImages;
const settings: Part = ({ project: { trigger, training } }) => {
  return [trigger, training.rank, training.seed, training.override];
};
/** Only where a step's learning rate follows it. */
const length: Part = ({ project: { model, training } }) =>
  hangsOnLength(training.override, familyOf(model)) ? training.steps : null;
const drawnBy: Part = ({ graphs }) => graphs;
const grid: Part = ({ project: { sweep, training } }) => [sweep, training.seed, training.steps, training.saveEvery];

/** @param kept runs of the same store, newest first; those of other models are passed over */
export function reuseOf(asked: Asked, kept: readonly RunDocument[]): Reuse {
  const earlier = kept
    .filter(({ input }) => input.project.model === asked.project.model)
    .map((document): Earlier => {
      const asked = askedByRun(document.input);
      return { asked, swept: imagesOf(asked).sweep, document };
    });
  const alike = (runs: Earlier[], ...parts: Part[]): Earlier[] =>
    runs.filter((run) => parts.every((part) => isDeepStrictEqual(part(run.asked), part(asked))));
  const used = new Set<string>();
  const images = imagesOf(asked);
  const countIn = (wanted: AskedImage[], runs: Earlier[], imagesIn: (run: Earlier) => AskedImage[]): number => {
    const open = new Set(wanted.map(nameOf));
    for (const run of runs) {
      const found = imagesIn(run).filter((image) => open.delete(nameOf(image)));
      if (found.length > 0) used.add(run.document.input.runId);
    }
    return new Set(wanted.map(nameOf)).size - open.size;
  };
  const rendered = (stage: RenderingStage, runs: Earlier[]): number =>
    countIn(images[stage], runs, ({ document }) => imagesAt(document, stage));

  const sameGraph: Part = ({ graphs }) => graphs['text-to-image'];
  const sameFace = alike(earlier, own, face).filter((run) => isRuled(run, asked, 'anchor'));
  const samePortrait = alike(sameFace, portrait).filter((run) => isRuled(run, asked, 'canonical'));
  const sameDataset = (asked.datasetImages ? alike(earlier, own, views) : alike(samePortrait, views)).filter((run) =>
    isRuled(run, asked, 'dataset'),
  );
  const sameButLength = alike(sameDataset, settings);
  const sameTraining = alike(sameButLength, length);
  const trainedTo = trainedIn(asked, sameTraining);
  if (trainedTo > 0) used.add(sameTraining[0].document.input.runId);

  const sets = setsOf(asked.project);
  const [sameGraphs, sameTrained] = [alike(earlier, drawnBy), alike(sameTraining, drawnBy)];
  const inSet = (set: AskedSet): number => {
    if (set.step !== null && set.step > trainedTo) return 0;
    const runs = set.step === null ? sameGraphs : sameTrained;
    return countIn(images.sweep, runs, (run) => (hasScored(run, set) ? run.swept : []));
  };
  const ofSets = sets.map(inSet);
  const sweep = ofSets.reduce((sum, count) => sum + count, 0);
  const isSwept = sweep === sets.length * images.sweep.length;
  const sameChoice = alike(sameTrained, grid).filter(({ document }) => stepShown(document.report.choice));
  return {
    images: {
      '01-anchor': rendered('01-anchor', alike(earlier, sameGraph)),
      '02-canonical': rendered('02-canonical', sameFace),
      '03-views-i': rendered('03-views-i', samePortrait),
      '04-views-ii': rendered(
        '04-views-ii',
        alike(samePortrait, shown).filter(({ document }) => hasShown(asked, document)),
      ),
      '06-editorial': isSwept ? rendered('06-editorial', sameChoice) : 0,
      sweep,
    },
    trainedTo,
    runs: [...used],
    notes: [
      ...(sameButLength.length > 0 && sameTraining.length === 0 ? [anewWords(asked)] : []),
      ...(!isSwept && rendered('06-editorial', sameTrained) > 0 ? [sameChoiceWords] : []),
      ...(used.size > 0 && asked.project.approvals.length > 0 ? [gateWords] : []),
    ],
  };
}

/** Runs of earlier versions showed an editor the portrait alone. */
const hasShown = ({ project, graphs }: Asked, { report }: RunDocument): boolean =>
  !takesSeveralImages(project, graphs) ||
  report.stages.some(({ outputs }) => outputs.some(({ inputs }) => inputs !== undefined));

const nameOf = ({ prompt, seed }: AskedImage): string => `${seed} ${prompt}`;

function imagesAt({ report }: RunDocument, id: RenderingStage): AskedImage[] {
  const stage = report.stages.find((one) => one.id === id);
  const pictures = [...(stage?.outputs ?? []), ...(stage?.rejected ?? [])];
  return pictures.flatMap(({ prompt, seed }) => (prompt !== null && seed !== null ? [{ prompt, seed }] : []));
}

const byPerson = /^(left out by a person|a person: )/;

/** What a person decided there is no rule's doing: where nobody is asked this time, another result may come of it. */
function isRuled({ document: { report } }: Earlier, { project }: Asked, gate: Gate): boolean {
  if (project.approvals.includes(gate)) return true;
  const at = report.stages.filter(({ id }) => stagesOf[gate].includes(id));
  const isPicked = ({ chosen, outputs }: (typeof at)[number]): boolean =>
    chosen !== null && chosen !== outputs[0]?.image.sha256;
  return !at.some((stage) => isPicked(stage) || stage.rejected.some(({ reason }) => byPerson.test(reason)));
}

const stagesOf: Record<Gate, string[]> = {
  anchor: ['01-anchor'],
  canonical: ['02-canonical'],
  dataset: ['03-views-i', '04-views-ii', '05-training'],
  checkpoint: [],
};

/** The trainer goes on from the newest checkpoint below the first one that is wanted and not there. */
function trainedIn({ project }: Asked, runs: Earlier[]): number {
  const { training } = project;
  const saved = [...new Set(runs.flatMap(({ document }) => document.saved.map(({ step }) => step)))];
  const last = Math.floor(training.steps / training.saveEvery) * training.saveEvery;
  const wanted = [...setsOf(project).flatMap(({ step }) => (step === null ? [] : [step])), last];
  const missing = Math.min(...wanted.filter((step) => !saved.includes(step)));
  if (missing === Infinity) return training.steps;
  return Math.max(0, ...saved.filter((step) => step < missing));
}

function hasScored({ asked, document: { status, report } }: Earlier, { step, strength }: AskedSet): boolean {
  if (step === null || strength === null) return status.baseline !== null;
  if (!strengthsOf(asked.project.sweep).includes(strength)) return false;
  return report.guardAnchor?.step === step || status.sweep.some((set) => set.step === step && set.state === 'scored');
}

const anewWords = ({ project: { training } }: Asked): string =>
  `The learning rate depends on the length of the training, so a training of ${training.steps} steps starts at step 0.`;

const sameChoiceWords = 'If the same checkpoint is chosen, the images of stage 06 are reused too.';
const gateWords = 'What is reused after a gate depends on your deciding as in those runs.';
