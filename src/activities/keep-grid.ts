import { type ArtifactStore, putJson } from '../artifacts/artifact-store.js';
import { setScores } from '../choice/set-scores.js';
import { scoreOf } from '../choice/statistics.js';
import { toChoiceSample } from '../choice/sweep-verdict.js';
import { testIds, type TestId } from '../project/test-prompts.js';
import type { Generalisation, SetScores } from '../run/checkpoint-record.js';
import type { RenderedGrid, ScoredSet, ScoredStrength, ScoreFacesResult, SweepTable } from '../run/contracts.js';
import type { ScoredPicture } from '../run/scored-picture.js';
import { nameAt, promptOfKey, strengthRanges, testImages } from '../run/sweep-items.js';
import type { JudgedSample, TestSample } from '../run/sweep-verdict.js';

/** An image of a grid as it is kept: what else is known of it beside what every image has. */
export type GridPicture = Pick<ScoredPicture, 'measured'> & { margin?: number | null; thumbnail?: string };

/** One set, or of several strengths one of each. */
export async function keepGrid(
  store: ArtifactStore,
  unit: string,
  grid: RenderedGrid,
  pictures: readonly GridPicture[],
  together: (unit: string, from?: number, to?: number) => Promise<Generalisation | null>,
): Promise<Pick<ScoreFacesResult, 'set' | 'sets' | 'generalisation'>> {
  const tests = testImages(grid);
  if (!grid.strengths) {
    const generalisation = await together(unit, 0, grid.items.length - tests);
    return { generalisation, set: await keepSet(store, unit, grid, pictures) };
  }
  const sets: (ScoredStrength & Pick<ScoreFacesResult, 'set' | 'generalisation'>)[] = [];
  for (const { strength, from, to } of strengthRanges(grid.strengths, grid.items.length)) {
    const name = nameAt(unit, strength);
    const generalisation = await together(name, from, to - tests);
    const part = { ...grid, items: grid.items.slice(from, to) };
    const set = await keepSet(store, name, part, pictures.slice(from, to), { generalisation });
    sets.push({ strength, table: set.table, identity: set.scores.identity, set, generalisation });
  }
  const { set, generalisation } = sets.reduce((highest, one) => (isHigher(one, highest) ? one : highest));
  return { set, generalisation, sets: sets.map(({ strength, table, identity }) => ({ strength, table, identity })) };
}

const isHigher = ({ identity: a }: ScoredStrength, { identity: b }: ScoredStrength): boolean =>
  a.n > 0 && (b.n === 0 || a.mean > b.mean);

/** What was found in the pictures of a grid, in the store. */
async function keepSet(
  store: ArtifactStore,
  unit: string,
  grid: RenderedGrid,
  pictures: readonly GridPicture[],
  more: Pick<SweepTable, 'generalisation'> = {},
): Promise<ScoredSet> {
  const { prompts, items } = grid;
  const all = items.map((rendered, index) => {
    const { measured, margin } = pictures[index];
    return { prompt: promptOfKey(rendered.key), rendered, measured, ...(margin === undefined ? {} : { margin }) };
  });
  const samples = all.slice(0, items.length - testImages(grid));
  const tests = all.slice(samples.length).map((sample, at): TestSample => {
    const { thumbnail } = pictures[samples.length + at];
    return { ...sample, ...(thumbnail === undefined ? {} : { thumbnail }) };
  });
  const scores = { ...setScores(samples.map(toChoiceSample)), ...marginIn(samples), ...scoresOfTests(tests) };
  const table = { prompts, samples, scores, ...(tests.length > 0 ? { tests } : {}), ...more };
  return { table: await putJson<SweepTable>(store, `sweep-${unit}.json`, table), scores };
}

function marginIn(samples: readonly JudgedSample[]): Pick<SetScores, 'margin'> {
  const margins = samples.flatMap(({ margin }) => (margin === undefined ? [] : [margin]));
  return margins.length === 0 ? {} : { margin: scoreOf(margins) };
}

function scoresOfTests(tests: readonly TestSample[]): Pick<SetScores, 'tests'> {
  if (tests.length === 0) return {};
  const ofTest = (id: TestId) => tests.filter(({ prompt }) => prompt === id).map(({ measured }) => measured.identity);
  return { tests: Object.fromEntries(testIds.map((id) => [id, scoreOf(ofTest(id))])) };
}
