import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { ReportData } from '../../src/run/record.js';
import { writeReportFolder } from '../../src/report/index.js';
import { finishedRun, Pictures, type FixtureOptions } from '../report/fixture.js';
import { generalised } from '../report/generalised.js';

/** Needs a Chromium: `npm run test:browser`, with CHROMIUM where it is elsewhere. */
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (candidate) => candidate !== undefined && existsSync(candidate),
);

const counted = (count: number, name: (n: number) => string | number) =>
  Array.from({ length: count }, (_, index) => name(index + 1));

interface Case {
  what: string;
  /** Printed on A4 or Letter. */
  mostPages: number;
  options?: FixtureOptions;
  change?: (data: ReportData) => void;
}

const small = { side: 48, seeds: 1, yaws: [0, 30] };
const cases: Case[] = [
  { what: 'a finished run', mostPages: 12, options: { side: 64 } },
  {
    what: 'fifty checkpoints',
    mostPages: 22,
    options: { ...small, steps: counted(50, (n) => n * 200) as number[], prompts: ['base', 'stage'] },
  },
  {
    what: 'sixteen prompts',
    mostPages: 22,
    options: { ...small, prompts: counted(16, (n) => `a-prompt-with-a-longer-name-${n}`) as string[] },
  },
  {
    what: 'names and prompts without end',
    mostPages: 14,
    options: small,
    change: (data) => {
      data.run.name = 'Mina of a very long name '.repeat(8);
      data.run.id = data.run.trigger = 'mina'.repeat(40);
      data.strips[0].prompt = 'W'.repeat(90);
      for (const strip of data.strips) strip.text = 'portrait of mnaz in front of a sign, '.repeat(20);
      for (const { rejected } of data.stages) for (const one of rejected) one.reason = 'x'.repeat(200);
    },
  },
  {
    what: 'one checkpoint',
    mostPages: 8,
    options: { ...small, steps: [3000], prompts: ['base'] },
  },
  {
    what: 'hundreds of events',
    mostPages: 11,
    options: small,
    change: (data) => {
      const [first] = data.timeline;
      data.timeline = counted(500, String).map((text) => ({
        ...first,
        stage: '05-training',
        kind: 'retry',
        text: String(text),
      }));
      data.training!.resumes = counted(80, Number).map(() => ({ attempt: 2, fromStep: 1200, atStep: 1342 }));
    },
  },
];

describe('the report in a browser', () => {
  let root: string;
  let browser: Browser;
  before(async () => {
    assert.ok(executablePath, 'no Chromium: name one in CHROMIUM');
    root = await mkdtemp(path.join(tmpdir(), 'azit-browser-'));
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', '--disable-sync'] });
  });
  after(async () => {
    await browser?.close();
    await rm(root, { recursive: true, force: true });
  });

  async function written({ what, options, change }: Case): Promise<string> {
    const pictures = new Pictures();
    const data = await finishedRun(pictures, options);
    generalised(data, pictures);
    change?.(data);
    const { html } = await writeReportFolder({ data, read: pictures.read, directory: path.join(root, what) });
    return pathToFileURL(html).href;
  }

  for (const one of cases) {
    it(`${one.what}: is cut at the side of a screen or a page, or fills pages with nothing`, async () => {
      const page = await browser.newPage();
      await page.goto(await written(one));
      for (const width of [390, 800, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        assert.deepEqual(await beyond(page, width), [], `beyond ${width} pixels`);
      }
      await page.emulateMedia({ media: 'print' });
      // What A4 and Letter leave between the margins of the style sheet, in pixels of 1/96 inch.
      for (const width of [694, 717]) {
        await page.setViewportSize({ width, height: 900 });
        assert.deepEqual(await beyond(page, width, true), [], `beyond a page of ${width} pixels`);
      }
      for (const format of ['A4', 'Letter']) {
        const pdf = (await page.pdf({ format, printBackground: true })).toString('latin1');
        const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
        assert.ok(pages > 0 && pages <= one.mostPages, `${pages} pages of ${format}`);
      }
      await page.close();
    });
  }

  it('a phone hides the chosen step of a strip, or squeezes the plot of a chart', async () => {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(await written(cases[0]));
    const boxes = async (selector: string) =>
      await page.$$eval(selector, (all) => all.map((one) => one.getBoundingClientRect().toJSON() as DOMRect));
    const chosen = (await boxes('.row.first .chosen')).filter(({ left, right }) => left >= 0 && right <= 390);
    const plots = (await boxes('.chart .narrow .mark-line path')).map(({ width }) => Math.round(width));
    assert.equal(chosen.length, (await boxes('.strip')).length);
    assert.ok(plots.length >= 4 && Math.min(...plots) > 120, String(plots));
    await page.close();
  });

  it('a dark screen darkens the paper', async () => {
    const page = await browser.newPage({ colorScheme: 'dark' });
    await page.goto(await written(cases[4]));
    const colours = async () =>
      await page.$$eval('body, .sheet', (all) => all.slice(0, 2).map((one) => getComputedStyle(one).backgroundColor));
    assert.deepEqual(await colours(), ['rgb(18, 18, 20)', 'rgb(5, 5, 6)']);
    await page.emulateMedia({ media: 'print' });
    assert.deepEqual(await colours(), ['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)']);
    await page.close();
  });
});

/** What reaches beyond the right edge: on a screen, where it does not scroll by itself. */
async function beyond(page: Page, width: number, onPaper = false): Promise<string[]> {
  const scrolling = onPaper ? 'svg *' : 'svg *, .scroll *, nav ol *, .track > p *';
  return await page.$$eval(
    'html, body *',
    (all, [edge, exempt]) =>
      all
        .filter((one) => {
          const { right, width: own } = one.getBoundingClientRect();
          const isWide = one === document.documentElement ? one.scrollWidth > edge : own > 0 && right > edge + 1;
          return isWide && !one.matches(exempt);
        })
        .slice(0, 5)
        .map((one) => `${one.tagName} ${one.getAttribute('class')} ${one.textContent.trim().slice(0, 30)}`),
    [width, scrolling] as const,
  );
}
