import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Azit, lastingOf, processesOf, processOf, projectFolder, readReport, type Ended } from './azit.js';
import { killEverything, publishes } from './killing.js';
import { undisturbedRun } from './undisturbed.js';

const saveEvery = 60;

interface Kill {
  /** The progress line at which it happens; or the step that is published: a line of it may come late. */
  when: RegExp | number;
  /** Part of the victim's command line; 'everything': all at once, and the same command is typed again. */
  victim: string;
}

// Lines that every run says, however fast it is.
const inCanonical = /^02 .* running/;
const inViewsI = /^03 .* running/;
const inViewsII = /^04 .* running/;
const inEditorial = /^06 .* running/;
/** Said twice a second, while a training of seconds goes on. */
const beforeAnySave = /^step [1-9]\d* of \d+/;
const inTraining = 60;
const lateInTraining = 120;

// In this order, one run: each part by itself, and all at once in a stage that renders and in one that trains.
const kills: Kill[] = [
  { when: inCanonical, victim: 'everything' },
  { when: inViewsI, victim: 'sandbox comfyui' },
  { when: inViewsI, victim: '--role identity' },
  { when: inViewsII, victim: '--role render' },
  { when: beforeAnySave, victim: 'sandbox trainer' },
  { when: inTraining, victim: 'everything' },
  { when: lateInTraining, victim: '--role train' },
  { when: inEditorial, victim: 'server start-dev' },
];

describe('kill -9', function () {
  this.timeout(600_000);
  let disturbed: Promise<Disturbed>;
  before(() => {
    // Side by side with the undisturbed one: much of each is waiting until the loss of a worker is noticed.
    void undisturbedRun();
    disturbed = disturbedRun();
    // Its own test tells.
    disturbed.catch(() => undefined);
  });

  it('of each part, and twice of everything, changes neither an artifact nor the choice, and trains at most one save interval twice', async () => {
    const calm = await undisturbedRun();
    assert.equal(calm.ended.code, 0, calm.ended.stderr);
    const { ended, report, home } = await disturbed;
    assert.equal(ended.code, 0, ended.stderr);
    const told = await readReport(report);
    assert.deepEqual(lastingOf(told), lastingOf(await readReport(calm.report)));
    assert.ok(told.training.resumes.length > 0);
    for (const { fromStep, atStep } of told.training.resumes) assert.ok(atStep - fromStep <= saveEvery);
    assert.deepEqual(await processesOf(home), []);
  });
});

interface Disturbed {
  ended: Ended;
  report: string;
  home: string;
}

async function disturbedRun(): Promise<Disturbed> {
  const folder = await projectFolder();
  const place = { home: join(folder, 'home'), cwd: folder };
  const report = join(folder, 'report');
  const words = ['run', 'small.yaml', '--id', 'disturbed', '--out', report];
  let azit = new Azit(words, place);
  for (const { when, victim } of kills) {
    await (typeof when === 'number' ? publishes(azit, place.home, when) : azit.says(when));
    if (victim === 'everything') {
      await killEverything(azit, place.home);
      azit = new Azit(words, place);
    } else process.kill(await processOf(place.home, victim), 'SIGKILL');
  }
  return { ended: await azit.ended, report, home: place.home };
}
