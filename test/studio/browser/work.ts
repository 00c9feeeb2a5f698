import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { quickProject } from '../../support/quick-run.js';
import { until } from '../../support/until.js';
import { head, plain } from '../../faces/heads.js';
import { faults } from './axe.js';
import { Person } from './person.js';
import { startStudioRig, type StudioRig } from './studio-rig.js';

const image = async (background: string, side = 320): Promise<Buffer> =>
  await sharp({ create: { width: side, height: side, channels: 3, background } })
    .png()
    .toBuffer();

describe('work at the studio in Chromium', function () {
  this.timeout(240_000);
  let { rig, studio, browser, close } = {} as StudioRig;

  before(async () => {
    ({ rig, studio, browser, close } = await startStudioRig({
      // Of the one that is to be stopped, the third never comes.
      beforeSave: async ({ runId }, step, signal) => {
        if (runId === 'stopped' && step > 40) await until('it is stopped', () => signal.aborted, 120_000);
      },
    }));
  });
  after(async () => await close());

  it('a form writes no project file, or what it starts is another', async () => {
    const person = await Person.enter(browser, studio.address());
    const { page } = person;
    await page.goto(`${person.base}/start`);
    await page.getByText('Fill in a form').click();
    await page.locator('[name=name]').fill('formed');
    await page.locator('[name="anchor.prompt"]').fill('a woman');
    await page.locator('[name="anchor.candidates"]').fill('3');
    await page.locator('[name=approvals]').fill('anchor');
    await page.getByRole('button', { name: 'Write the project file' }).click();
    await until('it is written', async () => (await page.locator('#project').inputValue()).includes('formed'));
    assert.equal(
      await page.locator('#project').inputValue(),
      'name: formed\nanchor:\n  prompt: a woman\n  candidates: 3\napprovals:\n  - anchor\n',
    );
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await page.getByRole('button', { name: 'Start this run' }).click();
    await page.waitForURL(/\/run\/formed-/);
    await person.asked('anchor');
    assert.equal(await page.locator('.option').count(), 3);
    await person.context.close();
  });

  it('dropped images are lost, taken unseen, or trained on by a run that does not name them', async () => {
    const person = await Person.enter(browser, studio.address());
    const { page } = person;
    await page.goto(`${person.base}/start`);
    await page.locator('#project').fill('name: own # of mine\nanchor: { prompt: x }\n');
    await page.getByText('Use your own images').click();
    const colours = ['#911', '#191', '#119', '#991', '#199'];
    const files = await Promise.all(
      colours.map(async (colour, at) => ({ name: `${at}.png`, mimeType: 'image/png', buffer: await image(colour) })),
    );
    await page
      .locator('.drop[data-place=pictures] input')
      .setInputFiles([
        ...files,
        { name: 'copy.png', mimeType: 'image/png', buffer: files[0].buffer },
        { name: 'tiny.png', mimeType: 'image/png', buffer: await image('#fff', 20) },
        { name: '0.txt', mimeType: 'text/plain', buffer: Buffer.from('[trigger], a red wall') },
      ]);
    await until('all are looked through', async () => (await page.locator('.tray li').count()) === 5);
    assert.match(
      await page.locator('#not-taken').innerText(),
      /copy\.png .*same image as 0\.png[^]*tiny\.png .*at least 64/,
    );
    assert.equal(await page.locator('.tray input[name=caption]').first().inputValue(), '[trigger], a red wall');
    await until('they are named', async () => (await page.locator('#project').inputValue()).includes('./pictures'));
    assert.match(await page.locator('#project').inputValue(), /^name: own # of mine\n/);
    await page.locator('.tray li').nth(1).locator('input[name=caption]').fill('a green wall');
    await page.locator('.tray li').nth(1).getByRole('button', { name: 'Save caption' }).click();
    await page.locator('.tray li').last().getByRole('button', { name: 'Remove' }).click();
    await until('it is removed', async () => (await page.locator('.tray li').count()) === 4);
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await page.getByText('starts from your 4 images, 2 with captions').waitFor();
    await page.getByRole('button', { name: 'Start this run' }).click();
    await page.waitForURL(/\/run\/own-/);
    await until('it trains', () => rig.trained.some(({ name }) => name === 'own'));
    const { dataset } = rig.trained.find(({ name }) => name === 'own')!;
    // Some are held out: which, the run says.
    const captions: Record<string, string> = { '0.png': 'ownz, a red wall', '1.png': 'ownz, a green wall' };
    assert.ok(dataset.length > 0);
    for (const { image: one, caption } of dataset) assert.equal(caption, captions[one.name] ?? 'ownz', one.name);
    await person.context.close();
  });

  it('a square is not cut where a person sets it by mouse, keys or numbers, or a doubtful face is not told', async () => {
    const person = await Person.enter(browser, studio.address());
    const { page } = person;
    await page.goto(`${person.base}/start`);
    await page.getByText('Use your own images').click();
    const scene = await plain(900, 700)
      .composite([
        {
          input: await sharp(await head(1))
            .resize(192)
            .png()
            .toBuffer(),
          left: 500,
          top: 250,
        },
      ])
      .png()
      .toBuffer();
    await page.locator('.drop[data-place=pictures] input').setInputFiles([
      { name: 'empty.png', mimeType: 'image/png', buffer: await image('#456', 500) },
      { name: 'scene.png', mimeType: 'image/png', buffer: scene },
    ]);
    const [empty, face] = ['empty', 'scene'].map((name) => page.locator(`.tray li[id="tray-pictures-${name}.png"]`));
    await empty.getByText('No face found').waitFor();
    await face.getByText(/^One face, \d+ pixels wide/).waitFor();
    assert.deepEqual(await page.locator('.tray li.doubtful').count(), 1);

    await face.getByRole('button', { name: 'Crop' }).click();
    const dialog = page.getByRole('dialog', { name: 'Crop scene.png' });
    const square = dialog.getByRole('group', { name: /The square/ });
    const at = async (): Promise<number[]> =>
      await Promise.all(
        ['left', 'top', 'side'].map(async (key) => Number(await dialog.locator(`[name=${key}]`).inputValue())),
      );
    const [left, top, side] = await at();
    // Around the face, which stands right of the middle.
    assert.ok(left > 300 && top > 100 && side > 250 && side < 500, String([left, top, side]));
    for (const key of ['ArrowLeft', 'ArrowUp', '-']) await page.keyboard.press(key);
    assert.deepEqual(await at(), [left - 14, top - 14, side - 14]);
    await page.keyboard.press('Shift+ArrowRight');
    assert.deepEqual(await at(), [left - 13, top - 14, side - 14]);
    await dialog.locator('[name=side]').fill('5000');
    await page.keyboard.press('Tab');
    assert.deepEqual((await at())[2], 700, 'no more than there is');
    await dialog.locator('[name=side]').fill('300');
    await dialog.locator('[name=left]').fill('100');
    await dialog.locator('[name=top]').fill('100');
    await page.keyboard.press('Tab');
    const shown = (await dialog.locator('img').boundingBox())!;
    const scale = 900 / shown.width;
    const drag = async (from: { x: number; y: number }, by: number): Promise<void> => {
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move(from.x + by / scale, from.y + by / scale, { steps: 4 });
      await page.mouse.up();
    };
    const near = async (wanted: number[], words: string): Promise<void> => {
      const found = await at();
      assert.ok(
        found.every((one, index) => Math.abs(one - wanted[index]) <= 3),
        `${words}: ${found.join()}`,
      );
    };
    let box = (await square.boundingBox())!;
    await drag({ x: box.x + box.width / 2, y: box.y + box.height / 2 }, 90);
    await near([190, 190, 300], 'dragged');
    box = (await square.boundingBox())!;
    await drag({ x: box.x + box.width - 6, y: box.y + box.height - 6 }, 120);
    await near([190, 190, 420], 'by its corner');
    await drag({ x: box.x + 20, y: box.y + 20 }, -2000);
    assert.deepEqual((await at()).slice(0, 2), [0, 0], 'it stays within the image');
    assert.deepEqual(await faults(page), []);
    await dialog.locator('[name=left]').fill('404');
    await dialog.locator('[name=top]').fill('154');
    await dialog.locator('[name=side]').fill('384');
    await page.keyboard.press('Enter');
    await person.told(/The image is cropped/);
    await dialog.waitFor({ state: 'hidden' });
    await face.getByText('scene.png (cropped)').waitFor();
    await face.getByText(/^One face, \d+ pixels wide/).waitFor();
    const preview = await page.request.get(new URL((await face.locator('img').getAttribute('src'))!, person.base).href);
    const { width, height } = await sharp(await preview.body()).metadata();
    assert.deepEqual([width, height], [320, 320]);
    await face.getByRole('button', { name: 'Crop' }).click();
    await dialog.getByRole('button', { name: 'Use the whole image' }).click();
    await person.told(/The whole image is used/);
    await face.getByRole('button', { name: 'Crop' }).click();
    await square.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    assert.deepEqual(person.complaints, []);
    await person.context.close();
  });

  it('training can not be stopped by a button, or the decision and who made it do not stand on the page', async () => {
    const project = { ...quickProject, name: 'stopped', training: { steps: 120, saveEvery: 20 } };
    await rig.client.start({ ...project, sweep: { ...project.sweep, steps: [20, 40, 120] } }, { id: 'stopped' });
    const person = await Person.enter(browser, studio.address());
    await person.see('stopped');
    const { page } = person;
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Stop training here' }).click();
    await person.told(/Training saves a last checkpoint and ends/);
    await page.locator('#head .state.completed').waitFor();
    await page
      .locator('#decided')
      .getByText(/the training is stopped after checkpoint 40: decided by \w/)
      .waitFor();
    await person.context.close();
  });

  it('images of the gallery are not zoomed together, or two steps not blinked', async () => {
    const person = await Person.enter(browser, studio.address());
    await person.see('stopped');
    const { page } = person;
    const images = page.locator('#gallery .row.first img');
    await images.first().waitFor();
    await page.locator('#zoom input[name=zoom]').focus();
    for (let times = 0; times < 8; times += 1) await page.keyboard.press('ArrowRight');
    const scales = await images.evaluateAll((all) => all.map((one) => getComputedStyle(one).transform));
    assert.deepEqual([...new Set(scales)], ['matrix(3, 0, 0, 3, 0, 0)']);
    await page.getByRole('button', { name: 'Whole images' }).click();
    await until('whole again', async () =>
      (await images.evaluateAll((all) => all.map((one) => getComputedStyle(one).transform))).every(
        (one) => one === 'none',
      ),
    );

    await page.locator('#gallery .row.first li').nth(1).locator('a').click();
    const shown = page.locator('dialog.viewer .stage figure').first().locator('img');
    const first = await shown.getAttribute('src');
    await page.keyboard.press('b');
    await page.keyboard.press('ArrowRight');
    const second = await shown.getAttribute('src');
    assert.notEqual(first, second);
    for (const wanted of [first, second, first])
      await page.waitForFunction(
        (src) => document.querySelector('dialog.viewer img')?.getAttribute('src') === src,
        wanted,
      );
    await person.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy prompt and seed (c)' }).waitFor();
    await page.keyboard.press('c');
    await until('it is copied', async () =>
      /, face\nseed \d+$/.test(await page.evaluate(() => navigator.clipboard.readText())),
    );
    // What ComfyUI 0.33.0 fetches of a drop that brings no file: another address than a data URL it may not read.
    const { items } = await dragged(page, shown);
    const address = items.find(({ mimeType }) => mimeType === 'text/uri-list')?.data ?? '';
    const [, base64] = /^data:image\/png;base64,(.*)$/.exec(address) ?? [];
    assert.ok(base64, `the drag brings ${address.slice(0, 80)}`);
    assert.deepEqual(Buffer.from(base64, 'base64'), await (await page.request.get(first ?? '')).body());
    await page.keyboard.press('Escape');

    const downloaded = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Strip face' }).click();
    const { format, width } = await sharp(await (await downloaded).path()).metadata();
    assert.deepEqual([format, (width ?? 0) > 600], ['png', true]);
    await person.context.close();
  });

  it('the browser says nothing of its own, or each open page says it again', async () => {
    const person = await Person.enter(browser, studio.address());
    const { context } = person;
    await context.grantPermissions(['notifications']);
    const said: string[] = [];
    await context.exposeFunction('saidByBrowser', (title: string) => said.push(title));
    // As text: what compiles this file adds helpers that no page has.
    await context.addInitScript(`{
      class Spy extends EventTarget {
        constructor(title) { super(); window.saidByBrowser(title); }
      }
      Spy.permission = 'granted';
      Object.defineProperty(window, 'Notification', { value: Spy });
    }`);
    const listens = person.page.waitForRequest(/\/news$/);
    await person.page.reload();
    await listens;
    const second = await context.newPage();
    await second.goto(`${person.base}/machines`);
    await rig.client.start({ ...quickProject, name: 'noticed', approvals: ['anchor'] }, { id: 'noticed' });
    await until('it is said', () => said.length > 0);
    // The page on top goes: the other one listens from then on.
    await person.page.close();
    await second.waitForRequest(/\/news$/);
    await rig.client.run('noticed').approve({ gate: 'anchor' });
    await until('the other says it', () => said.length > 1);
    assert.deepEqual(said, ['noticed is waiting for you', 'noticed is done']);
    await context.close();
  });

  it('the machines and what waits are not told while the page stands open', async () => {
    const person = await Person.enter(browser, studio.address());
    await person.page.goto(`${person.base}/machines`);
    await person.page.locator('#workers').getByText(/@/).first().waitFor();
    await rig.client.start(
      { ...quickProject, name: 'fluxed', model: 'flux1-dev', approvals: ['anchor'] },
      { id: 'fluxed' },
    );
    await person.page.getByText('azit worker --role train --family flux1-dev --aitoolkit DIR').waitFor();
    assert.deepEqual(person.complaints, []);
    await person.context.close();
  });
});

interface DragData {
  items: { mimeType: string; data: string }[];
  dragOperationsMask: number;
}

/** What a drag of an element takes along, as the browser would hand it to another page. */
async function dragged(page: Page, element: Locator): Promise<DragData> {
  const session = await page.context().newCDPSession(page);
  await session.send('Input.setInterceptDrags', { enabled: true });
  const taken = new Promise<DragData>((resolve) => session.once('Input.dragIntercepted', ({ data }) => resolve(data)));
  const { x, y, width, height } = (await element.boundingBox())!;
  const at = (by: number) => ({ x: x + width / 2 + by, y: y + height / 2 + by, button: 'left', buttons: 1 }) as const;
  await session.send('Input.dispatchMouseEvent', { type: 'mousePressed', clickCount: 1, ...at(0) });
  for (const by of [8, 16, 24]) await session.send('Input.dispatchMouseEvent', { type: 'mouseMoved', ...at(by) });
  const data = await taken;
  const { x: left, y: top } = at(24);
  await session.send('Input.dispatchDragEvent', { type: 'dragCancel', x: left, y: top, data });
  await session.send('Input.setInterceptDrags', { enabled: false });
  await session.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...at(24), buttons: 0 });
  await session.detach();
  return data;
}
