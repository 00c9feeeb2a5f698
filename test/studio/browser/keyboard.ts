import assert from 'node:assert/strict';
import sharp from 'sharp';
import { quickProject } from '../../support/quick-run.js';
import { until } from '../../support/until.js';
import { Person } from './person.js';
import { startStudioRig, type StudioRig } from './studio-rig.js';
import { unfold, unusable } from './tab-key.js';

const gates = ['anchor', 'dataset', 'checkpoint'] as const;

describe('the studio by the keyboard alone, in Chromium', function () {
  this.timeout(240_000);
  let { rig, studio, browser, close } = {} as StudioRig;
  let person: Person;

  before(async () => {
    ({ rig, studio, browser, close } = await startStudioRig());
    for (const gate of gates) {
      const run = await rig.client.start({ ...quickProject, name: gate, approvals: [gate] }, { id: `at-${gate}` });
      await until(gate, async () => (await run.status()).waitingFor);
    }
    await (await rig.client.start({ ...quickProject, name: 'over' }, { id: 'over' })).result();
    person = await Person.enter(browser, studio.address());
  });
  after(async () => await close());

  const focused = async (): Promise<string> =>
    await person.page.evaluate(() => document.activeElement?.closest('[id]')?.id ?? '');

  for (const path of ['/', ...gates.map((gate) => `/run/at-${gate}/`), '/run/over/', '/start', '/machines'])
    it(`a control of ${path} can not be reached by Tab, shows no focus, or does not work`, async () => {
      const { page } = person;
      await page.goto(`${person.base}${path}`);
      await unfold(page);
      assert.deepEqual(await unusable(page), []);
    });

  it('a control of the image viewer does not work, or the focus is lost when it closes', async () => {
    const { page } = person;
    await person.see('over');
    await unfold(page);
    const link = page.locator('#gallery .row.first a.picture').nth(1);
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Copy prompt and seed (c)' }).waitFor();
    assert.deepEqual(await unusable(page, 'dialog.viewer'), []);
    await page.keyboard.press('Escape');
    assert.equal(await link.evaluate((one) => one === document.activeElement), true);
  });

  it('a dropped image can not be cropped, captioned and removed', async () => {
    const { page } = person;
    await page.goto(`${person.base}/start`);
    await unfold(page);
    const image = sharp({ create: { width: 300, height: 200, channels: 3, background: '#456' } });
    await page
      .locator('.drop[data-place=pictures] input')
      .setInputFiles([{ name: 'a.png', mimeType: 'image/png', buffer: await image.png().toBuffer() }]);
    await page.getByText('No face found').waitFor();
    assert.deepEqual(await unusable(page), []);
    await page.getByRole('button', { name: 'Crop' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Crop a.png' }).waitFor();
    assert.deepEqual(await unusable(page, 'dialog.crop'), []);
  });

  it('a run is not found and opened from the list, or cards are passed over', async () => {
    const { page } = person;
    await page.goto(person.base);
    await page.locator('.card').nth(3).waitFor();
    const ids = await page.locator('.card').evaluateAll((all) => all.map(({ id }) => id));
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    const seen = [await focused()];
    for (let times = 1; times < ids.length; times += 1) {
      await page.keyboard.press('ArrowRight');
      seen.push(await focused());
    }
    assert.deepEqual(seen, ids);
    await page.keyboard.press('Home');
    assert.equal(await focused(), ids[0]);
    // The group above ends in a line of other length.
    await page.keyboard.press('End');
    assert.equal(await focused(), 'card-over');
    await page.keyboard.press('ArrowUp');
    assert.equal(await focused(), ids[0]);
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), 'card-over');
    await page.keyboard.press('/');
    await page.keyboard.type('at-dataset');
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'card-at-dataset');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/run\/at-dataset\/$/);
  });

  it('Enter approves while something else of the page has the focus', async () => {
    const { page } = person;
    await person.see('at-checkpoint');
    await unfold(page);
    // What is wider than the page scrolls by keys.
    await page.locator('.scroll[tabindex]').first().focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('#said').isVisible(), false);
    await page.keyboard.press('1');
    assert.equal((await rig.client.run('at-checkpoint').status()).state, 'waiting');
    await page.keyboard.press('Enter');
    await person.told(/Checkpoint \d+ is chosen/);
  });
});
