import type { z } from 'zod';
import { familyOfEdition } from './families/editions.js';
import { familyOf, type FamilyName } from './families/index.js';
import { namePrompts, withoutTrigger } from './prompts.js';
import { testPrompts } from './test-prompts.js';
import type { projectSchema, ResolvedProject } from './schema.js';
import { resolveStrength } from './strengths.js';
import { sweptSteps } from './swept-steps.js';
import { triggerOf } from './trigger.js';

export type CheckedProject = z.output<typeof projectSchema>;

/** Fills in what the schema can't: defaults that depend on the name, the family and the saves. Holds no path. */
export function resolveProject(project: CheckedProject): ResolvedProject {
  const model = familyChosen(project);
  const family = familyOf(model);
  const trigger = project.trigger ?? triggerOf(project.name);
  const { images: _folder, ...dataset } = project.dataset;
  return {
    azit: 1,
    name: project.name,
    model,
    trigger,
    ...anchorOf(project),
    canonical: project.canonical,
    ...(project.views ? { views: { editors: [project.views.editor].flat() } } : {}),
    dataset,
    training: trainingOf(project),
    sweep: {
      steps: sweptSteps(project.sweep.steps, project.training),
      seeds: project.sweep.seeds,
      strength: resolveStrength(project.sweep.strength),
      prompts: namePrompts(project.sweep.prompts ?? family.sweepPrompts, trigger),
      ...(project.sweep.tests ? { tests: testPrompts(trigger) } : {}),
    },
    editorial: {
      prompts: namePrompts(project.editorial.prompts ?? family.editorialPrompts, trigger),
      images: project.editorial.images,
    },
    ...(project.budget ? { budget: project.budget } : {}),
    approvals: project.approvals,
  };
}

/** Of an edition that does not exist, which is reported: the default. */
export function familyChosen({ model, edition }: Pick<CheckedProject, 'model' | 'edition'>): FamilyName {
  const asked = edition === undefined ? undefined : String(edition);
  return familyOfEdition(model, asked) ?? (familyOfEdition(model) as FamilyName);
}

/** What is said of the default makes no other project. */
function trainingOf({ training: { stop, ...training } }: CheckedProject): ResolvedProject['training'] {
  return stop === 'when-locked' ? { ...training, stop } : training;
}

function anchorOf({ anchor, dataset }: CheckedProject): Pick<ResolvedProject, 'anchor'> {
  if (!anchor || dataset.images !== undefined) return {};
  const { image: _path, prompt, ...rest } = anchor;
  return { anchor: prompt === undefined ? rest : { prompt: withoutTrigger(prompt), ...rest } };
}
