import type { z } from 'zod';
import { familyOf } from './families/index.js';
import { namePrompts, withoutTrigger } from './prompts.js';
import type { projectSchema, ResolvedProject } from './schema.js';
import { triggerOf } from './trigger.js';

export type CheckedProject = z.output<typeof projectSchema>;

/** How many of the last saves are compared where the file names no steps. */
const defaultSweptSaves = 5;

/** Fills in what the schema can't: defaults that depend on the name, the family and the saves. Holds no path. */
export function resolveProject(project: CheckedProject): ResolvedProject {
  const family = familyOf(project.model);
  const trigger = project.trigger ?? triggerOf(project.name);
  const { images: _folder, ...dataset } = project.dataset;
  return {
    azit: 1,
    name: project.name,
    model: project.model,
    trigger,
    ...anchorOf(project),
    canonical: project.canonical,
    dataset,
    training: project.training,
    sweep: {
      steps: project.sweep.steps?.toSorted((a, b) => a - b) ?? lastSaves(project.training),
      seeds: project.sweep.seeds,
      strength: project.sweep.strength,
      prompts: namePrompts(project.sweep.prompts ?? family.sweepPrompts, trigger),
    },
    editorial: {
      prompts: namePrompts(project.editorial.prompts ?? family.editorialPrompts, trigger),
      images: project.editorial.images,
    },
    approvals: project.approvals,
  };
}

function anchorOf({ anchor, dataset }: CheckedProject): Pick<ResolvedProject, 'anchor'> {
  if (!anchor || dataset.images !== undefined) return {};
  const { image: _path, prompt, ...rest } = anchor;
  return { anchor: prompt === undefined ? rest : { prompt: withoutTrigger(prompt), ...rest } };
}

/** The last five saves, ascending: 2200, 2400, 2600, 2800, 3000 for 3000 steps saved every 200. */
export function lastSaves({ steps, saveEvery }: { steps: number; saveEvery: number }): number[] {
  const last = Math.floor(steps / saveEvery);
  const first = Math.max(1, last - defaultSweptSaves + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * saveEvery);
}
