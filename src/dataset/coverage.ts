import type { ViewRequest } from '../project/families/family.js';
import type { Coverage, CoverageBin } from '../run/coverage.js';
import { poseOf, poses } from '../run/poses.js';
import { leftOutByPerson, type StageRecord } from '../run/record.js';
import { keyOf, viewTitle } from './views.js';

/** Of stages 03 and 04. Pure. @param views asked for, in order. @param stages as recorded: a picture names its view. */
export function coverageOf(
  views: readonly ViewRequest[],
  stages: readonly Pick<StageRecord, 'outputs' | 'rejected'>[],
): Coverage {
  const count = (pictures: readonly { view?: string }[]): Map<string, number> => {
    const found = new Map<string, number>();
    for (const { view } of pictures) if (view !== undefined) found.set(view, (found.get(view) ?? 0) + 1);
    return found;
  };
  const kept = count(stages.flatMap(({ outputs }) => outputs));
  const rejected = count(stages.flatMap(({ rejected }) => rejected));
  const dropped = count(stages.flatMap(({ rejected }) => rejected.filter(({ reason }) => reason === leftOutByPerson)));
  const bins = views.map((view): CoverageBin => {
    const { yaw, pitch, distance, expression, setting } = view;
    const key = keyOf(view);
    const light = typeof setting === 'object' ? { light: setting.light } : {};
    const found = kept.get(key) ?? 0;
    const renders = found + (rejected.get(key) ?? 0);
    const out = dropped.get(key);
    return {
      view: key,
      yaw,
      pitch,
      distance,
      expression,
      ...light,
      kept: found,
      renders,
      ...(out ? { dropped: out } : {}),
    };
  });
  const sum = (of: (bin: CoverageBin) => number): number => bins.reduce((all, bin) => all + of(bin), 0);
  const without = bins.filter(({ kept, dropped }) => kept === 0 && dropped !== undefined).length;
  return {
    bins,
    kept: sum(({ kept }) => kept),
    renders: sum(({ renders }) => renders),
    ...(without > 0 ? { dropped: without } : {}),
    lacks: lackWords(bins),
  };
}

const mostNamed = 6;

/** Which views have no image, and where the LoRA will therefore know the face less well. */
export function lackWords(bins: readonly CoverageBin[]): string | null {
  const lacking = bins.filter(({ kept }) => kept === 0);
  if (lacking.length === 0) return null;
  const names = lacking.slice(0, mostNamed).map(viewWords).join('; ');
  const more = lacking.length > mostNamed ? `; and ${lacking.length - mostNamed} more` : '';
  const costs = poses.flatMap((pose) => {
    const of = bins.filter((bin) => poseOf(bin.yaw) === pose);
    const without = of.filter(({ kept }) => kept === 0).length;
    if (without === 0) return [];
    return without === of.length
      ? [`no ${pose} view has an image, so the LoRA has to guess the face there`]
      : [`${without} of ${of.length} ${pose} views ${without === 1 ? 'has' : 'have'} none`];
  });
  return `${lacking.length} of ${bins.length} views ${lacking.length === 1 ? 'has' : 'have'} no image (${names}${more}). Renders of such views will look less like the person: ${costs.join('; ')}`;
}

const viewWords = ({ view, dropped }: CoverageBin): string =>
  `${viewTitle(view)}${dropped ? ', left out by a person' : ''}`;
