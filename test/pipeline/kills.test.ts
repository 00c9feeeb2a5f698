import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Azit, lastingOf, processesOf, processOf, projectFolder, readReport } from './azit.js';
import { undisturbedRun } from './undisturbed.js';

const saveEvery = 60;

interface Kill {
  what: string;
  /** The progress line at which it happens. */
  when: RegExp;
  /** Part of the victim's command line; null: everything at once, and the same command is typed again. */
  victim: string | null;
}

const inTraining = /^step (7\d|8\d|9\d|1[0-7]\d) of 180/;

const kills: Kill[] = [
  { what: 'the trainer in mid-step', when: inTraining, victim: 'sandbox trainer' },
  { what: 'the train worker', when: inTraining, victim: '--role train' },
  { what: 'the render worker in mid-batch', when: /^rendering \d of/, victim: '--role render' },
  { what: 'the sandbox server in stage 04', when: /^04 .* running/, victim: 'sandbox comfyui' },
  { what: 'the pipeline and identity worker', when: /^03 .* running/, victim: '--role identity' },
  { what: "Temporal's server", when: inTraining, victim: 'server start-dev' },
  { what: 'everything at once in training', when: inTraining, victim: null },
];

describe('kill -9', function () {
  this.timeout(600_000);

  for (const { what, when, victim } of kills) {
    it(`of ${what} changes neither an artifact nor the choice, and trains at most one save interval twice`, async () => {
      const calm = await undisturbedRun();
      assert.equal(calm.ended.code, 0, calm.ended.stderr);
      const folder = await projectFolder();
      const place = { home: join(folder, 'home'), cwd: folder };
      const report = join(folder, 'report');
      const words = ['run', 'small.yaml', '--id', 'disturbed', '--out', report];
      const first = new Azit(words, place);
      await first.says(when);
      const last =
        victim === null ? await killEverything(first, words, place) : await killOne(first, victim, place.home);
      const ended = await last.ended;
      assert.equal(ended.code, 0, ended.stderr);
      const disturbed = await readReport(report);
      assert.deepEqual(lastingOf(disturbed), lastingOf(await readReport(calm.report)));
      for (const { fromStep, atStep } of disturbed.training.resumes) assert.ok(atStep - fromStep <= saveEvery);
      assert.deepEqual(await processesOf(place.home), []);
    });
  }
});

async function killOne(azit: Azit, victim: string, home: string): Promise<Azit> {
  process.kill(await processOf(home, victim), 'SIGKILL');
  return azit;
}

async function killEverything(azit: Azit, words: string[], place: { home: string; cwd: string }): Promise<Azit> {
  azit.kill('SIGKILL');
  for (const { pid } of await processesOf(place.home)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone by itself in the meantime: its owner is dead.
    }
  }
  await azit.ended;
  return new Azit(words, place);
}
