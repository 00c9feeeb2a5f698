import type { Context, Hono } from 'hono';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { withEditor } from '../../client/index.js';
import { defaultRunId } from '../../client/run-id.js';
import { planRun } from '../../plan/plan.js';
import { InputError } from '../../project/input-error.js';
import { loadProject, type LoadedProject } from '../../project/load.js';
import { readProjectSource } from '../../project/source.js';
import { fieldsOf } from '../door/routes.js';
import { planPart, problemsPart, startPage } from '../pages/start.js';
import { sentencePage } from '../pages/frame.js';
import { troubleWords } from '../pages/words.js';
import type { Studio, StudioEnv } from '../studio.js';
import { formFields, projectOfForm } from './project-form.js';
import { Tray } from './tray.js';

/** A project file from the page: its plan, and its start. */
export function addStart(app: Hono<StudioEnv>, studio: Studio): void {
  const { client, store, list } = studio;

  app.get('/start', (c) => {
    const { session } = c.var;
    if (session.role !== 'decide')
      return c.html(sentencePage('Start a run', ['Your role lets you look, not start runs.'], session), 403);
    return c.html(startPage(session, Tray.newId(), formFields()));
  });

  app.post('/start/form', async (c) => {
    const text = projectOfForm(fieldsOf(await c.req.parseBody()));
    return c.json({ fill: { project: text }, said: 'The project file is written: show the plan.' });
  });

  app.post('/start/plan', async (c) => {
    const { project: text = '', tray = '' } = fieldsOf(await c.req.parseBody());
    return await withProject(c, { text, tray }, async (given) => {
      const choice = await client.editorFor(given);
      const loaded = withEditor(given, choice);
      const plan = await planRun(loaded, await store());
      const notes = [...(choice ? [choice.words] : []), ...(await studio.notesOf(loaded))];
      return c.json({ html: planPart(loaded, plan, { runId: defaultRunId(loaded), notes, text, tray }).text });
    });
  });

  app.post('/start', async (c) => {
    const { project: text = '', tray = '' } = fieldsOf(await c.req.parseBody());
    return await withProject(c, { text, tray }, async (loaded) => {
      const run = await client.start(loaded);
      await studio.carryOn();
      await list.poller.look();
      return c.json({ said: 'The run has started.', go: `/run/${run.runId}/` });
    });
  });

  async function withProject(
    c: Context<StudioEnv>,
    { text, tray: id }: { text: string; tray: string },
    work: (loaded: LoadedProject) => Promise<Response>,
  ): Promise<Response> {
    // Beside the images that were dropped for it, where there are any: its paths are relative to its folder.
    const tray = Tray.of(studio.folder, c.var.session, id);
    const isBeside = tray !== null && (await isFolder(tray.folder));
    const folder = isBeside ? tray.folder : await mkdtemp(join(tmpdir(), 'azit-project-'));
    const file = join(folder, `azit-${randomBytes(6).toString('hex')}.yaml`);
    try {
      await writeFile(file, text, { mode: 0o600 });
      // Whoever is not at this machine names no file of it.
      if (c.var.session.user !== null) refusePaths((await readProjectSource(file)).value);
      return await work(await loadProject(file));
    } catch (error) {
      if (!(error instanceof InputError)) return c.json({ said: troubleWords(error) }, 409);
      const problems = error.problems.map(({ message }) =>
        message.replaceAll(`${file}:`, 'line ').replaceAll(folder, '.'),
      );
      return c.json({ html: problemsPart(problems).text, said: 'The project file needs a correction.' });
    } finally {
      await rm(isBeside ? file : folder, { recursive: true, force: true });
    }
  }
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isDirectory() ?? false;

/** @throws InputError */
function refusePaths(value: Record<string, unknown>): void {
  const named = (part: unknown): string[] =>
    typeof part === 'string' ? [part] : Object.values((part ?? {}) as object).flatMap(named);
  const { anchor, dataset, graphs } = value as Record<string, Record<string, unknown> | undefined>;
  const paths = [anchor?.['image'], dataset?.['images'], graphs].flatMap(named);
  const outside = paths.find((path) => isAbsolute(path) || path.startsWith('~') || path.startsWith('file:'));
  if (outside !== undefined)
    throw InputError.of(`${outside} is a path on the studio's machine: start this project there with \`azit start\`.`);
}
