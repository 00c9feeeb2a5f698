import type { Hono } from 'hono';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loraFolderOf } from '../export/names.js';
import { stripName } from '../report/strengths.js';
import { sentencePage } from './pages/frame.js';
import { troubleWords } from './pages/words.js';
import type { Studio, StudioEnv } from './studio.js';
import { zipOfFolder } from './zip.js';

/** Each takes the disk of what it holds while it is handed out. */
const mostAtOnce = 3;

/** The LoRA's folder and the report, as zips. */
export function addDownloads(app: Hono<StudioEnv>, { runs, store }: Studio): void {
  let underWay = 0;
  const download = (
    name: 'lora' | 'report',
    write: (id: string, folder: string, step: number | undefined) => Promise<string>,
  ) => {
    app.get(`/run/:id/${name}.zip`, async (c) => {
      const { session } = c.var;
      const id = c.req.param('id');
      const step = c.req.query('step');
      if (step !== undefined && !/^\d{1,9}$/.test(step)) return c.text('A step must be a whole number.\n', 400);
      if (underWay >= mostAtOnce)
        return c.html(sentencePage('Busy', ['Other downloads are under way: try again in a moment.'], session), 503);
      underWay += 1;
      const folder = await mkdtemp(join(tmpdir(), 'azit-studio-'));
      let isOver = false;
      const end = async (): Promise<void> => {
        if (isOver) return;
        isOver = true;
        underWay -= 1;
        await rm(folder, { recursive: true, force: true });
      };
      try {
        const top = await write(id, folder, step === undefined ? undefined : Number(step));
        const body = await zipOfFolder(folder, top, end);
        return new Response(body, {
          headers: { 'content-type': 'application/zip', 'content-disposition': `attachment; filename="${top}.zip"` },
        });
      } catch (error) {
        await end();
        return c.html(sentencePage('That did not work', [troubleWords(error)], session), 409);
      }
    });
  };
  app.get('/run/:id/strip/:index{[0-9]+.png}', async (c) => {
    const run = runs.of(c.req.param('id'));
    await run.fresh();
    const strip = run.data?.strips[Number.parseInt(c.req.param('index'), 10)];
    if (!run.data || !strip) return c.text('There is no such strip.\n', 404);
    if (underWay >= mostAtOnce) return c.text('Other downloads are under way: try again in a moment.\n', 503);
    underWay += 1;
    try {
      const { composeStrip } = await import('../report/strip/compose.js');
      const files = await store();
      const bytes = await composeStrip(strip, run.data, (ref) => files.readBytes(ref));
      if (!bytes) return c.text('No image of this strip has been rendered yet.\n', 404);
      const name = `${run.run.runId}-strip-${stripName(strip).replace(/[^\w.-]+/g, '-')}.png`;
      const disposition = `attachment; filename="${name}"`;
      return c.body(new Uint8Array(bytes), 200, { 'content-type': 'image/png', 'content-disposition': disposition });
    } finally {
      underWay -= 1;
    }
  });

  download('lora', async (id, folder, step) => {
    const top = loraFolderOf(id);
    await runs.of(id).run.export({ out: join(folder, top), ...(step === undefined ? {} : { step }) });
    return top;
  });
  download('report', async (id, folder) => {
    const top = `azit-report-${runs.of(id).run.runId}`;
    await runs.of(id).run.report(join(folder, top));
    return top;
  });
}
