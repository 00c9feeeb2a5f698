import type { Hono } from 'hono';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loraFolderOf, reportFolderOf } from '../export/names.js';
import { stripName } from '../report/strengths.js';
import { whoOf } from './door/sessions.js';
import { Shares } from './door/shares.js';
import { sentencePage } from './pages/frame.js';
import { troubleWords } from './pages/words.js';
import type { Studio, StudioEnv } from './studio.js';
import { zipOfFolder } from './zip.js';

/** Each takes the disk of what it holds while it is handed out. */
const limits = { ofAll: 4, ofOne: 2 };

/** The LoRA's folder and the report, as zips. */
export function addDownloads(app: Hono<StudioEnv>, { client, runs, store }: Studio): void {
  const underWay = new Shares(limits);
  const download = (
    name: 'lora' | 'report',
    write: (id: string, folder: string, step: number | undefined) => Promise<string>,
  ) => {
    app.get(`/run/:id/${name}.zip`, async (c) => {
      const { session } = c.var;
      const id = c.req.param('id');
      const step = c.req.query('step');
      if (step !== undefined && !/^\d{1,9}$/.test(step)) return c.text('A step must be a whole number.\n', 400);
      const giveBack = underWay.take(whoOf(session));
      if (!giveBack)
        return c.html(sentencePage('Busy', ['Other downloads are under way: try again in a moment.'], session), 503);
      const folder = await mkdtemp(join(tmpdir(), 'azit-studio-'));
      const end = async (): Promise<void> => {
        giveBack();
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
    const run = await runs.seen(c.req.param('id'));
    const strip = run.data?.strips[Number.parseInt(c.req.param('index'), 10)];
    if (!run.data || !strip) return c.text('There is no such strip.\n', 404);
    const end = underWay.take(whoOf(c.var.session));
    if (!end) return c.text('Other downloads are under way: try again in a moment.\n', 503);
    try {
      const { composeStrip } = await import('../report/strip/compose.js');
      const files = await store();
      const bytes = await composeStrip(strip, run.data, (ref) => files.readBytes(ref));
      if (!bytes) return c.text('No image of this strip has been rendered yet.\n', 404);
      const name = `${run.run.runId}-strip-${stripName(strip).replace(/[^\w.-]+/g, '-')}.png`;
      const disposition = `attachment; filename="${name}"`;
      return c.body(new Uint8Array(bytes), 200, { 'content-type': 'image/png', 'content-disposition': disposition });
    } finally {
      end();
    }
  });

  download('lora', async (id, folder, step) => {
    const top = loraFolderOf(id);
    await client.run(id).export({ out: join(folder, top), ...(step === undefined ? {} : { step }) });
    return top;
  });
  download('report', async (id, folder) => {
    const top = reportFolderOf(client.run(id).runId);
    await client.run(id).report(join(folder, top));
    return top;
  });
}
