import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { unzipSync } from 'fflate';
import { openChromium } from '../../browser/chromium.js';
import { azit, type RunningCommand } from '../../support/command.js';
import { temporaryFolder } from '../../support/folder.js';
import { Person } from './person.js';

const project = `name: whole
anchor: { prompt: portrait photo of a young woman, candidates: 3 }
canonical: { candidates: 2 }
dataset: { yaw: [-30, 0, 30], pitch: [0], distances: [close], expressions: [neutral, smile], heldOut: 2 }
training: { steps: 60, saveEvery: 20 }
sweep: { steps: [20, 40, 60], seeds: 1, prompts: ['[trigger], face', '[trigger], at the beach'] }
editorial: { images: 1 }
approvals: [anchor, canonical, dataset, checkpoint]
`;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a whole run in the studio, with the embedded engine', function () {
  this.timeout(900_000);
  let folder: string;
  let studio: RunningCommand;
  let browser: Browser;
  let person: Person;

  before(async () => {
    folder = await temporaryFolder();
    browser = await openChromium();
    studio = azit(folder, ['studio', '--port', '0']);
    const [address] = await studio.says(/http:\S+open\?token=\S+/);
    person = await Person.enter(browser, address);
  });
  after(async () => {
    await browser.close();
    process.kill(studio.pid, 'SIGINT');
    await studio;
  });

  it('is started from a pasted file, decided at four gates by mouse and keys, and its LoRA downloaded', async () => {
    const { page } = person;
    await page.getByRole('link', { name: 'Start a run' }).click();
    await page.locator('#project').fill(`${project}nonsense: 1\n`);
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await page
      .getByText(/nonsense/)
      .last()
      .waitFor();
    await page.locator('#project').fill(project);
    await page.getByRole('button', { name: 'Show the plan' }).click();
    await page.getByRole('button', { name: 'Start this run' }).click();
    await page.waitForURL(/\/run\/whole-/);
    const runId = page.url().split('/')[4];
    await noteArrivals(page);

    await person.asked('anchor');
    await page.locator('.option').nth(1).click();
    await page.getByRole('button', { name: 'Approve this one' }).click();
    await person.told(/Candidate 1 is approved/);

    await person.asked('canonical');
    await page.locator('.reference').waitFor();
    await page.keyboard.press('1');
    await page.keyboard.press('Enter');
    await person.told(/Candidate 1 is approved/);

    await person.asked('dataset');
    const offered = await page.locator('.option').count();
    await page.locator('.option').nth(0).click();
    await page.getByRole('button', { name: 'Approve the dataset' }).click();
    await person.told(/without 1 of its images/);
    assert.ok(offered >= 4);

    // The strips grow while the page stands open.
    await page.locator('#gallery .row li').first().waitFor({ timeout: 240_000 });
    await person.asked('checkpoint');
    const steps = await page.locator('.option b').allTextContents();
    await page.keyboard.press(String(steps.findIndex((text) => text.includes('step 20'))));
    await page.keyboard.press('Enter');
    await person.told(/Checkpoint 20 is chosen/);
    await page.locator('#head .state.completed').waitFor({ timeout: 240_000 });
    await page
      .getByText(/A person chose step 20/)
      .first()
      .waitFor();

    const arrived = (await page.evaluate('window.arrived')) as string[];
    // How many depends on how soon each is measured.
    assert.ok(arrived.length > 0, 'no image was shown before it was measured');

    await page.locator('#gallery .row.first li').nth(1).locator('a').click();
    await page.getByRole('button', { name: 'Nearest training image (n)' }).click();
    await page.getByText(/Nearest training image, similarity 0\.\d{3}/).waitFor();
    const graph = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Graph for ComfyUI' }).click();
    const nodes = JSON.parse(await readFile(await (await graph).path(), 'utf8')) as Record<
      string,
      { class_type: string }
    >;
    assert.ok(Object.values(nodes).some(({ class_type: type }) => type === 'KSampler'));
    // What ComfyUI takes for a graph of its API: each node with its class.
    assert.ok(Object.values(nodes).every(({ class_type: type }) => typeof type === 'string'));
    await page.keyboard.press('Escape');

    const downloaded = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the LoRA' }).click();
    const files = unzipSync(await readFile(await (await downloaded).path()));
    const weights = Object.keys(files).find((name) => name.endsWith('-20.safetensors'));
    await azit(folder, ['export', runId, '--out', 'exported']);
    assert.equal(
      sha256(files[weights as string]),
      sha256(await readFile(join(folder, 'exported', (weights as string).split('/')[1]))),
    );
    const report = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the report' }).click();
    const pages = Object.keys(unzipSync(await readFile(await (await report).path())));
    assert.ok(pages.some((name) => name.endsWith('/report.html')));
    assert.deepEqual(person.complaints, []);
  });
});

/** Which images the page shows as they arrive. As text: what compiles this file adds helpers that no page has. */
async function noteArrivals(page: Page): Promise<void> {
  await page.evaluate(`{
    window.arrived = [];
    new MutationObserver(() => {
      for (const image of document.querySelectorAll('#arriving img'))
        if (!window.arrived.includes(image.src)) window.arrived.push(image.src);
    }).observe(document.body, { childList: true, subtree: true, attributes: true });
  }`);
}
