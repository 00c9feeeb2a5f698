import type { Picture, Strip } from '../run/record.js';

/**
 * How many pictures the page carries inside, so that it opens anywhere: the largest sweep has 25,600. The folder and
 * report.json have them all.
 */
export const mostShown = {
  /** Of all strips together; fifty checkpoints of sixteen prompts, with one seed, are 816. */
  gallery: 1000,
  /** Of each contact sheet. */
  sheet: 240,
  rejected: 60,
  /** Editorial pictures across the page; further ones go into a contact sheet. */
  plates: 24,
};

export const platesOf = (editorial: readonly Picture[]) => ({
  plates: editorial.slice(0, mostShown.plates),
  sheet: editorial.slice(mostShown.plates, mostShown.plates + mostShown.sheet),
});

/** The strip itself: of each step its first picture, by step. */
export function firstSeeds({ images }: Strip): Strip['images'] {
  const bySteps = new Map<number, Strip['images'][number]>();
  for (const picture of images) if (!bySteps.has(picture.step)) bySteps.set(picture.step, picture);
  return [...bySteps.values()].sort((a, b) => a.step - b.step);
}

export interface SeedRow {
  seed: number;
  images: Strip['images'];
}

/** The further seeds, one row a seed, each by step. */
export function furtherSeeds(strip: Strip): SeedRow[] {
  const firsts = new Set(firstSeeds(strip));
  const rows = new Map<number, Strip['images']>();
  for (const picture of strip.images) {
    if (firsts.has(picture)) continue;
    const row = rows.get(picture.seed);
    if (row) row.push(picture);
    else rows.set(picture.seed, [picture]);
  }
  return [...rows].map(([seed, images]) => ({ seed, images: images.sort((a, b) => a.step - b.step) }));
}

export interface ShownStrip {
  firsts: Strip['images'];
  further: SeedRow[];
  /** How many of its pictures the page does not show. */
  more: number;
}

/** The first seed of every strip, then as many further seeds of all strips alike as there is room for. */
export function shownStrips(strips: readonly Strip[], most = mostShown.gallery): ShownStrip[] {
  let room = most;
  const rows = strips.map((strip) => {
    const firsts = firstSeeds(strip);
    const needed = firsts.length + (strip.baseline ? 1 : 0);
    const fits = needed <= room;
    if (fits) room -= needed;
    return { strip, firsts: fits ? firsts : [], further: furtherSeeds(strip) };
  });
  let seeds = 0;
  for (const longest = Math.max(0, ...rows.map(({ further }) => further.length)); seeds < longest; seeds++) {
    const needed = rows.reduce((sum, { further }) => sum + (further[seeds]?.images.length ?? 0), 0);
    if (needed > room) break;
    room -= needed;
  }
  return rows.map(({ strip, firsts, further }) => {
    const shown = firsts.length === 0 ? [] : further.slice(0, seeds);
    const count = firsts.length + shown.reduce((sum, { images }) => sum + images.length, 0);
    return { firsts, further: shown, more: strip.images.length - count };
  });
}
