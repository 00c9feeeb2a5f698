import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ReportData } from '../../src/run/record.js';
import { verifyReportFolder, writeReportFolder } from '../../src/report/index.js';
import { barelyBegun, finishedRun, lacks, Pictures, shows, type FixtureOptions } from './fixture.js';

describe('report page', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'azit-page-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  const small: FixtureOptions = { prompts: ['base', 'stage'], seeds: 2, side: 64, yaws: [0, 30] };
  let count = 0;

  /** Writes a run that somebody has changed, and reads the page. */
  async function page(change: (data: ReportData) => void, options: FixtureOptions = small): Promise<string> {
    const pictures = new Pictures();
    const data = await finishedRun(pictures, options);
    change(data);
    const written = await writeReportFolder({ data, read: pictures.read, directory: path.join(root, String(count++)) });
    assert.deepEqual(await verifyReportFolder(path.dirname(written.json)), { ok: true, problems: [] });
    const text = await readFile(written.html, 'utf8');
    lacks(text.replace(/base64,[\w+/=]+/g, ''), /\bNaN\b|undefined|Infinity|\[object/);
    return text;
  }

  it('a name, prompt, reason, caption or graph becomes markup', async () => {
    const hostile = `"><img src=x onerror=alert(1)></title></style><script>'&\u0000\u0007`;
    const text = await page((data) => {
      data.run.name = data.run.id = data.run.trigger = data.run.model = hostile;
      data.choice!.reason = data.choice!.rule = hostile;
      data.provenance = { [hostile]: { deep: [hostile], list: [{ [hostile]: hostile }] } };
      for (const stage of data.stages) {
        stage.message = hostile;
        for (const picture of [...stage.outputs, ...stage.rejected]) picture.prompt = picture.caption = hostile;
        for (const picture of stage.rejected) picture.reason = hostile;
        for (const { image } of stage.outputs) image.name = `../../${hostile}.png`;
      }
      for (const strip of data.strips) strip.text = strip.prompt = hostile;
      for (const event of data.timeline) event.text = hostile;
      data.graphs[0].name = hostile;
    });
    lacks(text, /<img src=x|<script|onerror=alert\(1\)>(?!&)/);
    assert.equal(text.match(/<\/title>/g)?.length, 1 + (text.match(/<title>/g)?.length ?? 0) - 1);
    assert.equal(text.match(/<\/style>/g)?.length, 1);
    assert.ok(text.includes('&quot;&gt;&lt;img src=x onerror=alert(1)&gt;'));
    // eslint-disable-next-line no-control-regex
    lacks(text, /[\u0000-\u0008]/);
  });

  it('the checkpoint that the guards compare with is left out, or looks like an option', async () => {
    const text = await page((data) => {
      data.guardAnchor = { ...data.checkpoints[0], step: 77 };
    });
    shows(text, /<tr class="baseline">\s*<th scope="row">77 · only for the memorisation check<\/th>/);
    lacks(text, /Step 77/);
    const json = JSON.parse(await readFile(path.join(root, String(count - 1), 'report.json'), 'utf8')) as {
      guardAnchor: { step: number };
      checkpoints: { step: number }[];
    };
    assert.equal(json.guardAnchor.step, 77);
    assert.ok(json.checkpoints.every(({ step }) => step !== 77));
  });

  it('a strip does not say which server rendered it, or that two did', async () => {
    const drawn = (older: (step: number) => boolean) => (data: ReportData) => {
      for (const strip of data.strips) {
        strip.baseline!.server = '0.3.64';
        for (const image of strip.images) image.server = older(image.step) ? '0.3.64' : '0.33.0';
      }
      data.provenance.sweepServers = [{ version: '0.3.64', flags: ['--cpu'], checkpoints: [null] }];
    };
    const alike = await page(drawn(() => true));
    shows(alike, /Rendered by ComfyUI 0\.3\.64\.</);
    lacks(alike, /Warning/);
    const mixed = await page((data) => {
      drawn((step) => step < 2600)(data);
      const newer = { version: '0.33.0', flags: ['--cpu'], checkpoints: [2600] };
      (data.provenance.sweepServers as object[]).push(newer);
    });
    shows(mixed, /ComfyUI 0\.3\.64 \(no LoRA; steps 2200, 2400\) and ComfyUI 0\.33\.0 \(steps 2600, 2800, 3000\)\.</);
    shows(mixed, /Warning: 2 versions or settings of ComfyUI/);
  });

  it('two prompts whose names end in one file name share a strip', async () => {
    await page((data) => {
      data.strips[0].prompt = 'a/b';
      data.strips[1].prompt = 'A b';
    });
    const folder = path.join(root, String(count - 1));
    const json = JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8')) as {
      strips: { file: { path: string } }[];
    };
    assert.deepEqual(
      json.strips.slice(0, 2).map(({ file }) => file.path),
      ['strip-a-b.png', 'strip-A-b-2.png'],
    );
  });

  it('no clear winner reads as a winner, or as nothing', async () => {
    const reason = 'No clear winner: every checkpoint lies within the error of not using a LoRA at all.';
    const text = await page((data) => {
      data.choice = { step: null, by: 'rule', rule: 'one standard error', reason };
      data.editorial = [];
      const message = 'no checkpoint was chosen, so there is nothing to render';
      Object.assign(data.stages[5], { state: 'skipped', outputs: [], message });
    });
    assert.ok(text.includes(reason));
    shows(text, /<p class="step none">\s*None\s*<\/p>/);
    lacks(text, /class="chosen"/);
    shows(text, /No checkpoint was chosen, so there is nothing to render\./);
    lacks(text, /folder of images/);
  });

  it('a tie hides which checkpoint the last stage shows, or names it a winner', async () => {
    const text = await page((data) => {
      data.choice = {
        step: null,
        asGoodAsAny: 2200,
        by: 'rule',
        rule: 'one standard error',
        reason: 'No clear winner.',
      };
    });
    shows(text, /No clear winner; earliest as good as the best<\/h2>\s*<p class="step">2200<\/p>/);
    lacks(text, /Chosen checkpoint/);
    lacks(text, /class="chosen"/);
  });

  it('a step is called chosen while a person is still asked for it', async () => {
    const ask = (data: ReportData) => {
      data.run.state = 'waiting';
      data.waitingFor = { gate: 'checkpoint', text: 'choose the checkpoint', options: [] };
    };
    const text = await page(ask);
    shows(text, /<h2[^>]*>Proposed checkpoint<\/h2>/);
    shows(text, /<p class="tag">Proposed<\/p>/);
    lacks(text, /Chosen checkpoint|· chosen|the chosen step|chosen: step/);
    shows(await page(() => undefined), /Chosen checkpoint[\s\S]*· chosen/);
  });

  it('a stage is said to run while its run waits for a person', async () => {
    const text = await page((data) => {
      data.run.state = 'waiting';
      data.waitingFor = { gate: 'anchor', text: 'choose the anchor portrait', options: [] };
      Object.assign(data.stages[0], { state: 'running', finishedAt: null });
    });
    shows(text, /id="01-anchor"[\s\S]*?<span class="state waiting">Waiting for you<\/span>/);
  });

  it('a prompt with one image has an interval of no width', async () => {
    const text = await page((data) => {
      for (const { perPrompt } of data.checkpoints)
        for (const score of Object.values(perPrompt)) Object.assign(score, { low: score.mean, high: score.mean, n: 1 });
    });
    lacks(text, /±0\.000/);
  });

  it('an editorial image says not what made it', async () => {
    assert.ok(
      (await page((data) => (data.editorial[0].server = 'azit-sandbox 0.1.0'))).includes('>azit-sandbox 0.1.0'),
    );
    const text = await page((data) => (data.editorial[0].server = '0.33.0'));
    const plates = text.slice(text.indexOf('class="plates"'));
    shows(plates, /<b>editorial-0<\/b>\s*<span>seed \d+<\/span>/);
    shows(plates, /ComfyUI 0\.33\.0/);
    const edited = async (editor: string) =>
      await page((data) => Object.assign(data.editorial[0], { server: 'azit-sandbox 0.1.0', editor }));
    assert.ok((await edited('sandbox')).includes('>edited by azit-sandbox 0.1.0'), 'its editor is said twice');
    assert.ok((await edited('klein-4b')).includes('>edited by klein-4b, azit-sandbox 0.1.0'), 'its editor is not said');
  });

  it('an image that was edited from several does not name each', async () => {
    const text = await page((data) => {
      const [one, other] = data.stages[2].outputs;
      const [portrait] = data.stages[1].outputs;
      Object.assign(data.stages[3].outputs[0], {
        server: '0.33.0',
        editor: 'klein-4b',
        inputs: [portrait, one].map(({ image }) => image),
      });
      Object.assign(other, { server: '0.33.0', editor: 'klein-4b', inputs: [portrait.image] });
    });
    const from = [...text.matchAll(/edited by klein-4b, ComfyUI 0\.33\.0([^]*?)<\/span/g)].map(([, words]) => words);
    shows(
      from[1],
      /^ · from <a href="images\/02-canonical\/[^"]+">canonical-0<\/a>, <a href="images\/03-views-i\/[^"]+">yaw-0/,
    );
    assert.deepEqual([from.length, from[0]], [2, ''], 'the portrait alone needs no word');
  });

  it('a choice of a person is shown as the rule’s', async () => {
    const text = await page((data) => (data.choice!.by = 'person'));
    shows(text, /Chosen by a person/);
  });

  const unfinished: [string, ReportData['run']['state'], RegExp][] = [
    ['needs help', 'needs-help', /has stopped and needs help/],
    ['waits', 'waiting', /waiting for your decision/],
    ['was cancelled', 'cancelled', /was cancelled/],
    ['failed', 'failed', /This run failed/],
  ];
  for (const [what, state, expected] of unfinished) {
    it(`a run that ${what} hides why, or what it had made`, async () => {
      const text = await page((data) => {
        data.run.state = state;
        data.run.finishedAt = null;
        data.choice = null;
        data.editorial = [];
        data.strips = data.strips.slice(0, 1).map((strip) => ({ ...strip, images: [], baseline: null }));
        for (const checkpoint of data.checkpoints)
          checkpoint.identity = checkpoint.gain = checkpoint.memorisation = null;
        const canonical = data.stages[1];
        Object.assign(canonical, {
          state: state === 'cancelled' || state === 'waiting' || state === 'failed' ? state : 'needs-help',
          chosen: null,
          finishedAt: null,
        });
        canonical.message = 'The similarity is 0.18 where 0.45 is asked for: give a frontal photo.';
        canonical.outputs = [];
        for (const stage of data.stages.slice(2))
          Object.assign(stage, {
            state: 'pending',
            startedAt: null,
            finishedAt: null,
            outputs: [],
            rejected: [],
            attempts: 0,
          });
      });
      shows(text, expected);
      assert.equal(text.match(/The similarity is 0\.18 where 0\.45 is asked for/g)?.length, 2);
      shows(text, /<details open><summary>Rejected, and why \(1\)/);
      shows(text, /Not rendered yet/);
    });
  }

  it('a run from a folder of images shows four stages as missing', async () => {
    const text = await page((data) => {
      for (const stage of data.stages.slice(0, 4))
        Object.assign(stage, {
          state: 'skipped',
          startedAt: null,
          finishedAt: null,
          outputs: [],
          rejected: [],
          chosen: null,
        });
    });
    assert.equal(text.match(/The dataset was provided as a folder of images/g)?.length, 4);
    shows(text, /From a folder of images/);
    shows(text, /3 provided images, 3 of them held out/);
  });

  it('one checkpoint, no loss, no faces or no graph breaks the page', async () => {
    const text = await page(
      (data) => {
        data.training!.loss = [
          [10, Number.NaN],
          [20, 0.3],
        ];
        data.training!.resumes = [];
        data.baseline = null;
        data.graphs = [];
        for (const strip of data.strips) {
          strip.baseline = null;
          for (const image of strip.images) image.identity = null;
        }
        for (const { outputs } of data.stages) {
          for (const picture of outputs)
            picture.measured = {
              width: 64,
              height: 64,
              faces: 0,
              box: null,
              pose: null,
              sharpness: null,
              identity: null,
              nearestTraining: null,
            };
        }
      },
      { ...small, steps: [3000], seeds: 1 },
    );
    shows(text, /no face/);
    shows(text, /Trained in one attempt/);
    await page((data) => (data.training!.loss = []));
  });

  it('a loss on the held-out images is not shown, or shown where none was measured', async () => {
    const without = await page(() => undefined);
    lacks(without, /Validation loss|on the held-out images\./);
    const text = await page((data) => {
      data.training!.validation = [
        [1000, 0.09],
        [2000, 0.061],
        [3000, 0.0654],
      ];
    });
    shows(text, /Validation loss, last.*0\.06540 at step 3,000.*Validation loss, lowest.*0\.06100 at step 2,000/s);
    shows(text, /dashed: on the held-out images/);
    // The chart twice, for a wide and a narrow screen: a dashed line, and a dot a value, in each.
    assert.equal(text.match(/stroke-dasharray="5,3"/g)?.length, 2);
  });

  it('fifteen checkpoints of sixteen prompts are cut', async () => {
    const steps = Array.from({ length: 15 }, (_, index) => 200 * (index + 1));
    const prompts = Array.from({ length: 16 }, (_, index) => `prompt-${index + 1}`);
    const text = await page(() => undefined, { steps, prompts, seeds: 1, side: 32, yaws: [0] });
    assert.equal(text.match(/<li class="chosen">/g)?.length, 16);
    assert.equal(text.match(/alt="Step \d+, prompt/g)?.length, 15 * 16);
  });

  it('graphs that are none, or run in a circle, stop the report', async () => {
    const pictures = new Pictures();
    const put = (graph: unknown) =>
      pictures.put(
        Buffer.from(typeof graph === 'string' ? graph : JSON.stringify(graph)),
        'graph.json',
        'application/json',
      );
    const circle = {
      a: { class_type: 'A', inputs: { in: ['b', 0] } },
      b: { class_type: 'B', inputs: { in: ['a', 0], lost: ['zz', 0] } },
    };
    const graphs = ['{', '[]', '{"nodes": []}', 'null', circle, { prompt: circle }].map((graph, index) => ({
      name: `graph ${index}`,
      graph: put(graph),
    }));
    const data = { ...barelyBegun(), graphs };
    const { html } = await writeReportFolder({ data, read: pictures.read, directory: path.join(root, 'graphs') });
    const text = await readFile(html, 'utf8');
    assert.equal(text.match(/is not in the API format/g)?.length, 4);
    assert.equal(text.match(/<svg\s+class="graph"/g)?.length, 2);
  });
});
