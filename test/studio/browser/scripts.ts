import assert from 'node:assert/strict';
import { ApplicationFailure } from '@temporalio/common';
import sharp from 'sharp';
import { quickProject } from '../../support/quick-run.js';
import { until } from '../../support/until.js';
import { Person } from './person.js';
import { startStudioRig, type StudioRig } from './studio-rig.js';

/** Each way out of where a text stands: an element, an attribute, a script, a style, an address. */
const script = `"'></script></style></textarea><script>stolen()</script><img src=x onerror=stolen()><svg onload=stolen()><a href="javascript:stolen()">x</a><base href=//evil.test><style>*{display:none}</style>`;
/** What the browser says of a script that it found and did not run. */
const watch = `{
  const seen = (what) => window.tellStolen(String(what));
  window.stolen = () => seen('a script ran');
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => seen([violatedDirective, blockedURI, sample]));
}`;

describe('scripts in every text that the studio shows, in Chromium', function () {
  this.timeout(240_000);
  let { rig, studio, browser, close } = {} as StudioRig;

  before(async () => {
    ({ rig, studio, browser, close } = await startStudioRig({
      activities: (quick) => ({
        async trainLora(input) {
          if (input.runId !== 'failing') return await quick.trainLora(input);
          // As a trainer ends: the tail of its log stands in the message.
          const message = `The trainer ended with 1: Traceback ${script}\n${script}`;
          throw ApplicationFailure.create({ message, type: 'trainer-failed', nonRetryable: true });
        },
      }),
    }));
  });
  after(async () => await close());

  it('a script runs, or the browser finds one that its policy keeps from running', async () => {
    const found: string[] = [];
    const person = await Person.enter(browser, studio.address());
    const { page, context, base } = person;
    await context.exposeFunction('tellStolen', (what: string) => found.push(what));
    await context.addInitScript(watch);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page.on('dialog', (dialog) => void dialog.accept());

    const project = {
      ...quickProject,
      anchor: { prompt: script, candidates: 2 },
      sweep: { ...quickProject.sweep, prompts: quickProject.sweep.prompts.map((prompt) => `${prompt} ${script}`) },
      editorial: { images: 1, prompts: [`[trigger] ${script}`] },
    };
    const failing = await rig.client.start({ ...project, name: 'failing', approvals: ['anchor'] }, { id: 'failing' });
    await until('it waits', async () => (await failing.status()).waitingFor);
    // What comes by events is put into a page that stands open.
    await person.see('failing');
    await person.asked('anchor');
    await page.keyboard.press('r');
    await page.keyboard.type(script);
    await page.keyboard.press('Enter');
    await person.told(/Rejected/);
    await page.locator('#decided li').first().waitFor();
    await page.locator('#ask .option').first().waitFor();
    await failing.approve({ gate: 'anchor', by: '<img src=x onerror=stolen()>' });
    await page.locator('#ask.help h2').waitFor();
    assert.match((await page.locator('#ask.help h2').textContent()) ?? '', /Traceback .*<script>stolen/);

    await (await rig.client.start({ ...project, name: 'over' }, { id: 'over' })).result();
    for (const path of ['/', '/run/failing/', '/machines', '/run/over/', `/run/${encodeURIComponent(script)}/`]) {
      await page.goto(`${base}${path}`);
      await page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
      assert.equal(await page.locator('.topbar').isVisible(), true, `${path} is hidden`);
      assert.equal(await page.locator('[onerror],[onload],base,[href^=javascript]').count(), 0, path);
    }
    await person.see('over');
    await page.locator('#gallery .row.first a.picture').first().click();
    await page.getByRole('button', { name: 'Copy prompt and seed (c)' }).click();
    await page.getByText('Prompt and seed are copied').waitFor();
    await page.keyboard.press('Escape');

    await page.goto(`${base}/start`);
    await page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
    const image = await sharp({ create: { width: 80, height: 80, channels: 3, background: '#1a1' } })
      .png()
      .toBuffer();
    await page.locator('.drop[data-place=pictures] input').setInputFiles([
      { name: `a ${script.replaceAll('/', '-')}.png`, mimeType: 'image/png', buffer: image },
      { name: `<img src=x onerror=stolen()>.svg`, mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') },
    ]);
    await page.locator('#not-taken li').first().waitFor();
    await page.locator('.tray li').first().waitFor();
    await page.locator('.tray input[name=caption]').fill(script);
    await page.getByRole('button', { name: 'Save caption' }).click();
    await page.getByRole('button', { name: 'Crop' }).click();
    await page.getByRole('dialog', { name: /^Crop / }).waitFor();
    await page.keyboard.press('Escape');
    for (const text of [
      `name: '${script.replaceAll("'", "''")}'\nx: 1\n`,
      `${script}: 1\n`,
      `name: a\nanchor: { prompt: x }\n`,
    ]) {
      await page.locator('#project').fill(text);
      await page.getByRole('button', { name: 'Show the plan' }).click();
      await page.locator('#plan-title').waitFor();
    }
    assert.deepEqual(found, []);
    // An image that is not there is all that a browser may say something of: the address of a page that is none.
    assert.deepEqual(
      person.complaints.filter((words) => !/status of 404/.test(words)),
      [],
    );
    await context.close();
  });
});
