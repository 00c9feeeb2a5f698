import { decide } from '../src/identity/choice.js';
import { simulate } from '../test/identity/simulation.js';
import { drawTrajectory, isRight, kinds, type Kind } from '../test/identity/trajectories.js';

/**
 * Figures of issue 7, "The choice": thousands of sweeps with known truth, each with a curve, noise, prompts, seeds and
 * spacing of its own. `npm run bench:choice [DRAWS]`, by default 1,000 of each kind.
 */
const draws = Number(process.argv[2] ?? 1000);
/** The draws are read in blocks, so that the range says how much a figure owes to its draws. */
const blocks = 5;
const leastRight = 95;
const mostFalseWinners = 5;

let missed = false;

/** The chosen index and the true one, of one drawn sweep. */
function tryOnce(kind: Kind, seed: number): { found: number | null; truth: number | null } {
  const { trajectory, truth } = drawTrajectory(kind, seed);
  const { checkpoints, baseline } = simulate(trajectory, seed * 31 + 7);
  return { found: decide(checkpoints, baseline).chosen, truth };
}

for (const kind of kinds) {
  const tries = Array.from({ length: draws }, (_, seed) => tryOnce(kind, seed + 1));
  if (kind === 'ties')
    report(
      `${kind}, a false winner`,
      tries.map(({ found }) => found !== null),
      mostFalseWinners,
      true,
    );
  else
    report(
      `${kind}, within one checkpoint of the truth`,
      tries.map(({ found, truth }) => isRight(found, truth)),
      leastRight,
    );
  const none = tries.filter(({ found, truth }) => found === null && truth !== null).length;
  if (none > 0) console.log(`  of these without a clear winner: ${((100 * none) / draws).toFixed(1)} %`);
}
process.exitCode = missed ? 1 : 0;

function report(name: string, hits: boolean[], goal: number, atMost = false): void {
  const share = (some: boolean[]) => (100 * some.filter(Boolean).length) / some.length;
  const size = Math.ceil(hits.length / blocks);
  const parts = Array.from({ length: Math.ceil(hits.length / size) }, (_, at) =>
    share(hits.slice(at * size, (at + 1) * size)),
  );
  const range = `[${Math.min(...parts).toFixed(1)}..${Math.max(...parts).toFixed(1)}]`;
  const met = atMost ? share(hits) <= goal : share(hits) >= goal;
  missed ||= !met;
  const sign = atMost ? '<=' : '>=';
  console.log(
    `${name}: ${share(hits).toFixed(1)} ${range} % of ${hits.length} (goal: ${sign} ${goal}) ${met ? 'met' : 'MISSED'}`,
  );
}
