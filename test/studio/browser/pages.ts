import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import type { Browser, Page } from 'playwright-core';
import { Users, usersFile } from '../../../src/studio/door/users.js';
import { startStudio, type RunningStudio } from '../../../src/studio/server.js';
import { openChromium } from '../../browser/chromium.js';
import { quickProject, startQuickRig, type QuickRig } from '../../support/quick-run.js';
import { stopSharedTemporal } from '../../support/temporal.js';
import { until } from '../../support/until.js';
import { faults } from './axe.js';
import { Person } from './person.js';
import { unfold } from './tab-key.js';

const gated = (name: string, ...approvals: ('anchor' | 'checkpoint')[]) => ({ ...quickProject, name, approvals });

describe('the pages of the studio in Chromium', function () {
  this.timeout(240_000);
  let rig: QuickRig;
  let studio: RunningStudio;
  let browser: Browser;
  let folder: string;
  let isBroken = true;

  const serve = async (port = 0): Promise<RunningStudio> =>
    await startStudio({ client: rig.client, store: () => Promise.resolve(rig.store), folder, port });

  before(async () => {
    rig = await startQuickRig({
      activities: (quick) => ({
        async trainLora(input) {
          if (input.name === 'broken' && isBroken)
            throw ApplicationFailure.create({ message: 'The disk is full', type: 'disk-full', nonRetryable: true });
          return await quick.trainLora(input);
        },
      }),
    });
    folder = join(rig.folder, 'studio');
    await new Users(usersFile(folder)).add('vera', 'view', 'only for looking');
    studio = await serve();
    browser = await openChromium();
  });
  after(async () => {
    await browser.close();
    await studio.close();
    await rig.close();
    await stopSharedTemporal();
  });

  async function started(id: string, ...approvals: ('anchor' | 'checkpoint')[]): Promise<Person> {
    const run = await rig.client.start(gated(id, ...approvals), { id });
    await until(id, async () => approvals.length === 0 || (await run.status()).waitingFor);
    const person = await Person.enter(browser, studio.address());
    await person.see(id);
    return person;
  }

  it('a rejection by keys loses its reason, or the page keeps the old candidates', async () => {
    const person = await started('rejected', 'anchor');
    const { page } = person;
    await person.asked('anchor');
    const before = await page.locator('.option img').first().getAttribute('src');
    await page.keyboard.press('r');
    await page.keyboard.type('no smile');
    await page.keyboard.press('Enter');
    await person.told(/Rejected/);
    await page.waitForFunction((old) => document.querySelector('.option img')?.getAttribute('src') !== old, before);
    await page
      .locator('#pipeline')
      .getByText(/no smile/)
      .first()
      .waitFor({ state: 'attached' });
    await person.context.close();
  });

  it('of two people the second is not told that the first has decided', async () => {
    const first = await started('twice', 'anchor');
    const second = await Person.enter(browser, studio.address());
    await second.see('twice');
    await second.asked('anchor');
    // The second one's page hears nothing more: it decides on what it shows.
    await second.page.route('**/events*', (route) => route.abort());
    await second.page.evaluate(() => window.dispatchEvent(new Event('pagehide')));
    await first.page.keyboard.press('1');
    await first.page.keyboard.press('Enter');
    await first.told(/approved/);
    await second.page.keyboard.press('2');
    await second.page.keyboard.press('Enter');
    await second.told(/already decided/);
    await first.context.close();
    await second.context.close();
  });

  it('a page that stood open does not go on when the studio is started again', async () => {
    const person = await started('restarted', 'anchor');
    const { port } = studio;
    await studio.close();
    await person.page.locator('#link-state:not([hidden])').waitFor();
    studio = await serve(port);
    await person.page.locator('#link-state[hidden]').waitFor({ state: 'attached', timeout: 30_000 });
    await person.page.keyboard.press('1');
    await person.page.keyboard.press('Enter');
    await person.told(/Candidate 1 is approved/);
    await person.page.locator('#head .state.completed').waitFor();
    await person.context.close();
  });

  it('what is wrong is not said, or a person can not resume', async () => {
    const person = await started('broken');
    await person.page
      .locator('#ask.help')
      .getByText(/disk is full/i)
      .first()
      .waitFor();
    isBroken = false;
    await person.page.getByRole('button', { name: 'It is fixed: resume' }).click();
    await person.page.locator('#head .state.completed').waitFor();
    await person.context.close();
  });

  it('a person can not cancel, or choose against the rule after the end', async () => {
    const cancelled = await started('cancelled', 'anchor');
    cancelled.page.on('dialog', (dialog) => void dialog.accept());
    await cancelled.page.getByRole('button', { name: 'Cancel the run' }).click();
    await cancelled.page.locator('#head .state.cancelled').waitFor();
    const other = await started('other', 'checkpoint');
    await other.page.keyboard.press('Enter');
    await other.page.locator('#head .state.completed').waitFor();
    other.page.on('dialog', (dialog) => void dialog.accept());
    await other.page.locator('#choose select[name=step]').selectOption('20');
    await other.page.locator('#choose form[action$="/choose"] button').click();
    await other.page
      .getByText(/A person chose step 20/)
      .first()
      .waitFor();
    await cancelled.context.close();
    await other.context.close();
  });

  it('a viewer sees a control that decides', async () => {
    await started('viewed', 'anchor').then(({ context }) => context.close());
    const page = await (await browser.newContext()).newPage();
    await page.goto(`http://127.0.0.1:${studio.port}/login`);
    await page.getByLabel('Name').fill('vera');
    await page.getByLabel('Password').fill('only for looking');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    await page.goto(`http://127.0.0.1:${studio.port}/run/viewed/`);
    await page.locator('.option img').first().waitFor();
    for (const name of ['Approve this one', 'Reject', 'Cancel the run'])
      assert.equal(await page.getByRole('button', { name }).isVisible(), false, name);
    await page.context().close();
  });

  it('a search hides what it asks for', async () => {
    const person = await Person.enter(browser, studio.address());
    const cards = person.page.locator('.card:visible');
    await cards.first().waitFor();
    await person.page.getByLabel('Search').fill('broken');
    await until('one card', async () => (await cards.count()) === 1);
    await person.page.getByLabel('Search').fill('nobody');
    await person.page.getByText('No run matches.').waitFor();
    assert.equal(await cards.count(), 0);
    await person.context.close();
  });

  it('a page of elsewhere decides in the name of who is let in, reads what it sees, or frames it', async () => {
    const person = await started('foreign', 'anchor');
    const { sha256 } = (await rig.client.run('foreign').status()).waitingFor!.options[0].image;
    const evil = createServer((_, reply) =>
      reply.setHeader('content-type', 'text/html').end(
        `<form method=post action="${person.base}/run/foreign/approve"><input name=gate value=anchor><input name=pick value=0></form>
         <img src="${person.base}/artifact/${sha256}?of=foreign"><iframe src="${person.base}/"></iframe>`,
      ),
    );
    evil.listen(0, '127.0.0.1');
    await once(evil, 'listening');
    const page = await person.context.newPage();
    // Another name of this machine, so that the cookie's site is the same or another.
    for (const host of ['127.0.0.1', 'localhost']) {
      await page.goto(`http://${host}:${(evil.address() as AddressInfo).port}/`);
      const read = await page.evaluate(
        async (base) =>
          await Promise.all([
            fetch(base, { credentials: 'include' })
              .then((reply) => reply.text())
              .catch(() => 'refused'),
            fetch(`${base}/run/foreign/approve`, {
              method: 'POST',
              mode: 'no-cors',
              credentials: 'include',
              body: 'gate=anchor&pick=0',
            })
              .then(({ type }) => type)
              .catch(() => 'refused'),
          ]),
        person.base,
      );
      assert.equal(read[0], 'refused');
      assert.equal(await page.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth), 0);
      assert.equal(await page.frameLocator('iframe').locator('.topbar').count(), 0);
      await page.locator('form').evaluate((form: HTMLFormElement) => form.submit());
      await page.waitForURL(/approve/);
      assert.equal((await rig.client.run('foreign').status()).state, 'waiting');
    }
    evil.close();
    evil.closeAllConnections();
    await person.context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`somebody who can't see well or use a mouse is kept out, in ${colorScheme}`, async () => {
      const person = await Person.enter(browser, studio.address());
      await person.page.emulateMedia({ colorScheme });
      for (const path of ['/', '/run/viewed/', '/run/other/', '/start', '/machines', '/login']) {
        await person.page.goto(`${person.base}${path}`);
        await unfold(person.page);
        assert.deepEqual(await faults(person.page), [], path);
      }
      await person.context.close();
    });

  for (const width of [390, 800, 1280, 2560])
    it(`something reaches beyond a screen of ${width} pixels`, async () => {
      const person = await Person.enter(browser, studio.address());
      await person.page.setViewportSize({ width, height: 900 });
      for (const path of ['/', '/run/viewed/', '/run/other/', '/run/broken/', '/start', '/machines']) {
        await person.page.goto(`${person.base}${path}`);
        await unfold(person.page);
        assert.deepEqual(await beyond(person.page, width), [], path);
      }
      assert.deepEqual(person.complaints, []);
      await person.context.close();
    });
});

async function beyond(page: Page, width: number): Promise<string[]> {
  return await page.$$eval(
    'html, body *',
    (all, edge) =>
      all
        .filter((one) => {
          const { right, width: own } = one.getBoundingClientRect();
          const isWide = one === document.documentElement ? one.scrollWidth > edge : own > 0 && right > edge + 1;
          return isWide && !one.matches('svg *, .scroll *, nav ol *, .track > p *, .hide, .hide *');
        })
        .slice(0, 5)
        .map((one) => `${one.tagName} ${one.getAttribute('class')} ${one.textContent.trim().slice(0, 30)}`),
    width,
  );
}
