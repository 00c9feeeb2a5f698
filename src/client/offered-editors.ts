import type { Client } from '@temporalio/client';
import { servedEditors, type ServedEditor } from '../project/families/editors.js';
import { taskQueueOf } from '../project/names.js';
import { workersAside } from './aside.js';
import { pollersOf } from './pollers.js';
import { workerSigns } from './signs.js';

/**
 * The editors that a worker offers. One that is busy asks for no work, and is known by its sign; one that stands aside
 * (its ComfyUI lacks the files, say) does not count.
 */
export async function offeredEditors(client: Client, prefix: string): Promise<ServedEditor[]> {
  const signs = await workerSigns(client, prefix);
  const isOffered = async (editor: ServedEditor): Promise<boolean> => {
    const queue = taskQueueOf(prefix, 'render', editor);
    if ((await pollersOf(client, queue)).length > 0) return true;
    const isSigned = signs.some(({ roles, families }) => roles.includes('render') && families.includes(editor));
    return isSigned && (await workersAside(client, queue)).length === 0;
  };
  const offered = await Promise.all(servedEditors.map(isOffered));
  return servedEditors.filter((_, at) => offered[at]);
}
