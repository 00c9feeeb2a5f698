import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTrainer, type ResumePoint, type TrainerEvent, type TrainerProgram } from '../../src/trainer/index.js';
import { removeTemporaryFolders, temporaryFolder } from '../support/folder.js';
import { shortPlan } from './studio.js';

/** Another trainer than ai-toolkit: other words, other metadata, and at each save a state of two files of its own. */
const script = `
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
const { folder, steps, saveEvery, from, meta } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log('begins at ' + from);
for (let step = from + 1; step <= steps; step += 1) {
  console.error('step ' + step + ' of ' + steps);
  if (step % saveEvery !== 0) continue;
  console.log('saves ' + step);
  const metadata = { ...meta, toy_step: String(step) };
  const header = JSON.stringify({ __metadata__: metadata, a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(folder + '/toy-' + step + '.safetensors', Buffer.concat([length, Buffer.from(header), Buffer.alloc(4)]));
  console.log('has weights ' + folder + '/toy-' + step + '.safetensors');
  mkdirSync(folder + '/state-' + step);
  writeFileSync(folder + '/state-' + step + '/moments', 'moments ' + step);
  writeFileSync(folder + '/state-' + step + '/random', 'random ' + step);
  console.log('has state');
}
`;

const lines: [RegExp, (word: string) => TrainerEvent][] = [
  [/^begins at ([1-9]\d*)$/, (step) => ({ kind: 'start-step', step: Number(step) })],
  [/^saves (\d+)$/, (step) => ({ kind: 'saving', step: Number(step) })],
  [/^has weights (.+)$/, (path) => ({ kind: 'saved-checkpoint', path })],
  [/^has state()$/, () => ({ kind: 'saved-state' })],
];

const toy = (scriptPath: string): TrainerProgram => ({
  verify: async () => null,
  overrideProblem: () => null,
  typeOf: () => 'training-failed',
  async open({ workDir, plan, resumeFrom }) {
    const [folder, takenFolder, config] = ['run', 'taken', 'config.json'].map((name) => join(workDir, name));
    for (const made of [folder, takenFolder]) await mkdir(made, { recursive: true });
    return {
      takenFolder,
      bytesToWrite: async () => 1000,
      release: async () => {},
      async prepare() {
        const from = resumeFrom?.step ?? 0;
        await writeFile(config, JSON.stringify({ ...plan, folder, from }));
        const files = ['moments', 'random'];
        return {
          command: [process.execPath, scriptPath, config],
          env: process.env,
          resumed: resumeFrom ? { step: from, shapes: 'a 1' } : null,
          lastStep: plan.steps,
          readLine(line) {
            for (const [pattern, toEvent] of lines) {
              const match = pattern.exec(line);
              if (match) return toEvent(match[1]);
            }
            return null;
          },
          readBar(segment) {
            const [, done, total] = /^step (\d+) of (\d+)$/.exec(segment) ?? [];
            return done
              ? { done: Number(done), total: Number(total), lossText: null, loss: null, secondsPerStep: null }
              : null;
          },
          checkpoints: {
            pathOf: (step) => join(folder, `toy-${step}.safetensors`),
            statePathsOf: (step) => files.map((name) => ({ name, path: join(folder, `state-${step}`, name) })),
            async readState(paths, { step }) {
              const [moments, random] = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
              return { mark: { moments, random }, isOfSave: moments === `moments ${step}` };
            },
            metadata: {
              dataSha256: () => null,
              foreignness: ({ metadata }, step) => (metadata.toy_step === String(step) ? null : 'it is another step'),
              futility: () => null,
              madeBy: () => 'toy 1',
            },
          },
          finalFault: async () => null,
        };
      },
    };
  },
});

describe('a second trainer', () => {
  after(removeTemporaryFolders);

  it('needs something of ai-toolkit, or has its state of several files torn apart', async () => {
    const home = await temporaryFolder({ 'toy.mjs': script });
    const kept: ResumePoint[] = [];
    const run = async (attempt: number, steps: number) => {
      const workDir = join(home, `attempt-${attempt}`);
      await mkdir(workDir);
      const plan = { ...shortPlan, steps, saveEvery: 2 };
      return await createTrainer(toy(join(home, 'toy.mjs'))).run(
        { plan, workDir, generation: attempt, dataset: [], resumeFrom: kept.at(-1) },
        {
          signal: new AbortController().signal,
          onProgress: () => {},
          async onCheckpoint({ step, checkpointPath, state, madeBy }) {
            assert.equal(madeBy, 'toy 1');
            assert.ok(state);
            const texts = await Promise.all(state.files.map(({ path }) => readFile(path, 'utf8')));
            assert.deepEqual(texts, [`moments ${step}`, `random ${step}`]);
            kept.push({ step, checkpointPath, state });
          },
        },
      );
    };
    for (const [attempt, steps] of [
      [1, 4],
      [2, 8],
    ]) {
      const outcome = await run(attempt, steps);
      assert.equal(outcome.kind, 'completed', JSON.stringify(outcome));
    }
    assert.deepEqual(
      kept.map(({ step, state }) => [step, state.files.map(({ name }) => name), state.mark]),
      [2, 4, 6, 8].map((step) => [
        step,
        ['moments', 'random'],
        { moments: `moments ${step}`, random: `random ${step}` },
      ]),
    );
    await rm(home, { recursive: true });
  });
});
