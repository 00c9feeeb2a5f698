import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { AzitClient } from '../../../src/client/index.js';
import { startStudio, type RunningStudio } from '../../../src/studio/server.js';
import { openChromium } from '../../browser/chromium.js';
import { quickProject, startQuickRig, type QuickRig } from '../../support/quick-run.js';
import { TcpRelay } from '../../support/tcp-relay.js';
import { stopSharedTemporal } from '../../support/temporal.js';
import { until } from '../../support/until.js';
import { Person } from './person.js';

describe('the studio in Chromium while something is away', function () {
  this.timeout(240_000);
  let rig: QuickRig;
  let relay: TcpRelay;
  let client: AzitClient;
  let studio: RunningStudio;
  let browser: Browser;

  before(async () => {
    rig = await startQuickRig();
    relay = await TcpRelay.start(rig.address);
    const { store, taskQueuePrefix } = rig;
    const temporal = { address: relay.address };
    client = await AzitClient.connect({ store: store.location, taskQueuePrefix, temporal, queryTimeoutMs: 2000 });
    const folder = join(rig.folder, 'studio');
    studio = await startStudio({ client, store: () => Promise.resolve(store), folder, port: 0 });
    browser = await openChromium();
  });
  after(async () => {
    await browser.close();
    await studio.close();
    await client.close();
    relay.close();
    await rig.close();
    await stopSharedTemporal();
  });

  it('Temporal goes and comes back: the page says nothing of it, or does not go on', async () => {
    const run = await rig.client.start({ ...quickProject, approvals: ['anchor'] }, { id: 'cut' });
    await until('it waits', async () => (await run.status()).waitingFor);
    const person = await Person.enter(browser, studio.address());
    const list = await person.context.newPage();
    await list.goto(person.base);
    await person.see('cut');
    await person.asked('anchor');
    relay.cut();
    const words = await person.page.locator('#live .trouble').textContent({ timeout: 60_000 });
    assert.match(words ?? '', /Temporal.*This page shows its last known state/);
    assert.match(
      (await list.locator('#list-trouble:not([hidden])').textContent({ timeout: 60_000 })) ?? '',
      /Temporal/,
    );
    assert.equal(await person.page.locator('.option').count(), 3, 'what was known stays');
    await person.page.keyboard.press('1');
    await person.page.keyboard.press('Enter');
    await person.told(/Temporal/);
    relay.mend();
    await person.page.locator('#live .trouble').waitFor({ state: 'detached', timeout: 60_000 });
    await list.locator('#list-trouble[hidden]').waitFor({ state: 'attached', timeout: 60_000 });
    await person.page.keyboard.press('1');
    await person.page.keyboard.press('Enter');
    await person.page.locator('#head .state.completed').waitFor({ timeout: 60_000 });
    await person.context.close();
  });

  it('no worker answers: a page is empty without a word, or stays so', async () => {
    const nobody = { taskQueuePrefix: 'nobody-here', store: rig.store.location, temporal: { address: rig.address } };
    const other = await AzitClient.connect(nobody);
    const run = await other.start(quickProject, { id: 'alone' });
    const person = await Person.enter(browser, studio.address());
    await person.see('alone');
    const words = await person.page.locator('main').textContent({ timeout: 60_000 });
    assert.match(words ?? '', /No worker responds for the run 'alone'/);
    // It asks again by itself.
    await person.page.waitForEvent('load', { timeout: 30_000 });
    await person.page.goto(`${person.base}/machines`);
    await person.page
      .getByText(/no worker is polling the task queue/)
      .first()
      .waitFor({ timeout: 60_000 });
    await run.terminate();
    await other.close();
    await person.context.close();
  });
});
