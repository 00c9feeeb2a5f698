import { guardAnchorOf } from '../project/watched-steps.js';
import type { LoadedProject } from '../project/load.js';
import type { Gate, StageId } from '../project/names.js';
import { severalStrengths } from '../project/strengths.js';

export interface StageWords {
  id: StageId | 'sweep';
  what: string;
}

/** The stages that a project runs through, in order, and what each does. */
export function stagesOf({ project, files }: LoadedProject): StageWords[] {
  const { anchor, canonical, dataset, training, sweep, editorial, approvals } = project;
  const asks = (gate: Gate): string => (approvals.includes(gate) ? ', then waits for you' : '');
  const own = files.datasetImages;
  const captions = own?.filter(({ captionPath }) => captionPath !== null).length;
  const strengths = severalStrengths(sweep);
  const atStrengths = strengths ? ` at strengths ${strengths.join(', ')}` : '';
  const guardAnchor = guardAnchorOf(project);
  const forGuards = guardAnchor === null ? '' : `, ${guardAnchor} only to check for memorisation,`;
  const faces: StageWords[] =
    own !== undefined
      ? [
          {
            id: '05-training',
            what: `starts from your ${own.length} ${own.length === 1 ? 'image' : 'images'}, ${captions} with captions`,
          },
        ]
      : [
          files.anchorImage
            ? { id: '01-anchor', what: `uses your photo${asks('anchor')}` }
            : { id: '01-anchor', what: `best of ${anchor?.candidates} candidates${asks('anchor')}` },
          {
            id: '02-canonical',
            what: `closest of ${canonical.candidates} bare-face portraits${asks('canonical')}`,
          },
          { id: '03-views-i', what: `${dataset.yaw.length} x ${dataset.pitch.length} angles` },
          { id: '04-views-ii', what: `more angles, distances, expressions${asks('dataset')}` },
        ];
  return [
    ...faces,
    {
      id: '05-training',
      what: `${training.stop ? 'at most ' : ''}${counted(training.steps, 'step')}, a checkpoint every ${training.saveEvery}`,
    },
    {
      id: 'sweep',
      what: `checkpoints ${sweep.steps.join(', ')}${atStrengths}${forGuards} and no LoRA: ${counted(sweep.prompts.length, 'prompt')} x ${counted(sweep.seeds, 'seed')}${sweep.tests ? ', and three tests of the trigger' : ''}${asks('checkpoint')}`,
    },
    { id: '06-editorial', what: counted(editorial.prompts.length, 'prompt') },
  ];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
