import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentPath } from '../../src/artifacts/path.js';
import { Azit, lastingOf, processesOf, processOf, readReport } from '../pipeline/azit.js';
import { killEverything, publishes } from '../pipeline/killing.js';
import { SmallDisk } from '../support/small-disk.js';

/** What differs is the second run's own: a longer training, a checkpoint, a prompt, an editorial image. */
interface Difference {
  steps: number;
  swept: number[];
  prompts: string[];
  images: number;
}
const saveEvery = 120;
const project = ({ steps, swept, prompts, images }: Difference): string => `
name: mina
trigger: mnaz
anchor: { prompt: 'portrait photo of a young woman, long black hair, brown eyes, front view, close-up', candidates: 2, seed: 11 }
canonical: { candidates: 2 }
dataset: { yaw: [-30, 0, 30], pitch: [0], distances: [close, bust], expressions: [neutral], heldOut: 2 }
training: { steps: ${steps}, saveEvery: ${saveEvery}, override: { train: { lr: 0.0008 } } }
sweep: { steps: [${swept.join(', ')}], seeds: 2, prompts: [ ${prompts.map((text, at) => `{ id: p${at}, text: '[trigger] ${text}' }`).join(', ')} ] }
editorial: { images: ${images} }
`;
const one = project({ steps: 240, swept: [120, 240], prompts: ['front view, close-up'], images: 1 });
const two = project({
  steps: 600,
  swept: [120, 240, 600],
  prompts: ['front view, close-up', 'on stage, stage lights, bust shot'],
  images: 2,
});

interface Saved {
  lora: { sha256: string };
  state: { files: { ref: { sha256: string } }[] };
}

/** The same command, typed again after each kill of everything. */
interface Kill {
  /** The progress line at which it happens; or the step that is published: a line of it may come late. */
  when: RegExp | number;
  /** Part of the victim's command line. */
  victim: 'everything' | 'sandbox trainer' | 'sandbox comfyui' | '--role render' | '--role train' | 'server start-dev';
}

const inReusedStages = /^0[1-4] /;
/** Beyond what is shared. */
const inOwnTraining = /^step (2[4-9]|[345]\d)\d of 600/;
const inSweep = /^checkpoint 600 · (saved|rendering)/;
const inEditorial = /^06 .* running/;

describe('a run that shares work with another', function () {
  this.timeout(1_800_000);
  let root: string;
  /** What each gives by itself. */
  const calm: Record<string, object> = {};
  let withOne: Place;
  const disks: SmallDisk[] = [];

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'azit-shared-work-'));
    calm.two = await done(await place('alone'), 'two');
    withOne = await place('with-one');
    calm.one = await done(withOne, 'one');
  });
  after(async () => {
    for (const disk of disks) disk.unmount();
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  });

  interface Place {
    folder: string;
    home: string;
  }

  async function place(name: string): Promise<Place> {
    const folder = join(root, name);
    await mkdir(folder);
    for (const [id, text] of Object.entries({ one, two })) await writeFile(join(folder, `${id}.yaml`), text);
    return { folder, home: join(folder, 'home') };
  }

  /** Where the first run has finished. @param prepare before anything lies there */
  async function afterOne(name: string, prepare?: (place: Place) => Promise<void>): Promise<Place> {
    const copied = await place(name);
    await prepare?.(copied);
    await cp(withOne.home, copied.home, { recursive: true });
    return copied;
  }

  function start({ folder, home }: Place, id: string): Azit {
    return new Azit(['run', `${id}.yaml`, '--id', id, '--out', `report-${id}`], { home, cwd: folder });
  }

  async function done(at: Place, id: string, azit = start(at, id)): Promise<object> {
    const ended = await azit.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(await processesOf(at.home), []);
    const report = await readReport(join(at.folder, `report-${id}`));
    for (const { fromStep, atStep } of report.training.resumes) assert.ok(atStep - fromStep <= saveEvery);
    return lastingOf(report);
  }

  async function disturbed(at: Place, id: string, kills: Kill[]): Promise<Azit> {
    let azit = start(at, id);
    for (const { when, victim } of kills) {
      await (typeof when === 'number' ? publishes(azit, at.home, when) : azit.says(when));
      if (victim === 'everything') {
        await killEverything(azit, at.home);
        azit = start(at, id);
      } else process.kill(await processOf(at.home, victim), 'SIGKILL');
    }
    return azit;
  }

  it('each part is killed, and everything in each stage: the same as undisturbed', async () => {
    const at = await afterOne('killed');
    const azit = await disturbed(at, 'two', [
      { when: inReusedStages, victim: 'everything' },
      { when: inOwnTraining, victim: 'sandbox trainer' },
      { when: inOwnTraining, victim: 'everything' },
      { when: inOwnTraining, victim: '--role train' },
      { when: 600, victim: 'everything' },
      { when: inSweep, victim: '--role render' },
      { when: inSweep, victim: 'everything' },
      { when: inEditorial, victim: 'sandbox comfyui' },
      { when: inEditorial, victim: 'server start-dev' },
      { when: inEditorial, victim: 'everything' },
    ]);
    assert.deepEqual(await done(at, 'two', azit), calm.two);
  });

  it('both at once, everything is killed in each stage: each has what it has by itself', async () => {
    const at = await place('at-once');
    const begun = await new Azit(['start', 'one.yaml', '--id', 'one'], { home: at.home, cwd: at.folder }).ended;
    assert.equal(begun.code, 0, begun.stderr);
    const everything = [/^02 /, /^04 /, 120, inOwnTraining, 600, inEditorial];
    const azit = await disturbed(
      at,
      'two',
      everything.map((when) => ({ when, victim: 'everything' as const })),
    );
    assert.deepEqual(await done(at, 'two', azit), calm.two);
    assert.deepEqual(await done(at, 'one'), calm.one);
  });

  it('the store is pruned again and again meanwhile: nothing that it shares is lost', async () => {
    const at = await afterOne('pruned');
    const azit = start(at, 'two');
    let isOver = false;
    void azit.ended.then(() => (isOver = true));
    await azit.says(/./);
    let pruned = 0;
    for (; !isOver; pruned += 1) {
      const words = ['prune', '--older-than', '1h', '--json'];
      const { code, stderr } = await new Azit(words, { home: at.home, cwd: at.folder }).ended;
      assert.ok(code === 0 || isOver, stderr);
    }
    assert.ok(pruned > 1, `${pruned}`);
    assert.deepEqual(await done(at, 'two', azit), calm.two);
  });

  it('what it shares is damaged in the store: it is made again, the same', async () => {
    const at = await afterOne('damaged');
    const store = join(at.home, 'artifacts');
    const [training] = await readdir(join(store, 'records/training'));
    const saved = await readFile(join(store, 'records/training', training, 'step-240.json'), 'utf8');
    // The LoRA and what it is resumed from; an image of every other render.
    const { lora, state } = JSON.parse(saved) as Saved;
    const damaged = new Set([lora, ...state.files.map(({ ref }) => ref)].map(({ sha256 }) => sha256));
    const renders = (await readdir(join(store, 'records/renders'), { recursive: true })).filter((name) =>
      /^[0-9a-f]{2}\/.*\.json$/.test(name),
    );
    for (const [index, name] of renders.entries()) {
      const { image } = JSON.parse(await readFile(join(store, 'records/renders', name), 'utf8')) as {
        image: { sha256: string };
      };
      if (index % 2 === 0) damaged.add(image.sha256);
    }
    for (const sha256 of damaged) await truncate(contentPath(store, sha256), 100);
    assert.ok(damaged.size > 5, `${damaged.size}`);
    assert.deepEqual(await done(at, 'two'), calm.two);
  });

  it("the store's disk is full: it asks for help, and goes on to the same once there is room", async function () {
    const megabytes = 512;
    const at = await afterOne('full', async ({ home }) => {
      const disk = SmallDisk.mount(join(home, 'artifacts'), megabytes);
      if (disk) disks.push(disk);
      return await Promise.resolve();
    });
    const [disk] = disks;
    if (!disk) return this.skip();
    for (const when of [inOwnTraining, inSweep]) {
      const azit = start(at, 'two');
      await azit.says(when);
      disk.fill();
      const { code, stderr } = await azit.ended;
      assert.equal(code, 4, stderr);
      assert.match(stderr, /disk/);
      disk.empty();
    }
    assert.deepEqual(await done(at, 'two'), calm.two);
  });
});
