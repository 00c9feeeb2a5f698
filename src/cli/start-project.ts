import { withEditor, type AzitClient, type RunHandle, type StartOptions } from '../client/index.js';
import type { ServedEditor } from '../project/families/editors.js';
import type { LoadedProject } from '../project/load.js';
import { say } from './output.js';
import { editorsOf } from './unserved.js';

/** Starts a run, and says what edits where the file does not. @returns with it, what edits */
export async function startProject(
  client: AzitClient,
  project: LoadedProject,
  { id, fresh }: Pick<StartOptions, 'id' | 'fresh'>,
): Promise<{ run: RunHandle; editors: ServedEditor[] }> {
  let loaded = project;
  const run = await client.start(project, {
    id,
    fresh,
    onEditor(choice) {
      say(choice.words);
      loaded = withEditor(loaded, choice);
    },
  });
  return { run, editors: editorsOf(loaded) };
}
