import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../engine.js';
import type { Folders } from '../folders.js';
import { empty, json, type Reply } from '../http.js';
import { objectInfo } from '../object-info.js';
import { parseHeader } from '../safetensors.js';
import type { Router } from '../router.js';

/** Headers beyond this are not shown. */
const HEADER_LIMIT_BYTES = 1024 * 1024;

export function addModelRoutes(router: Router, { folders, dialect }: Engine): void {
  router.both('GET', '/models', () => json(folders.modelFolders));
  router.both('GET', '/models/{folder}', async ({ params }) =>
    folders.modelFolders.includes(params.folder) ? json(await folders.modelNames(params.folder)) : empty(404),
  );
  router.both('GET', '/embeddings', async () =>
    json((await folders.modelNames('embeddings')).map((name) => name.slice(0, -path.extname(name).length))),
  );
  router.both('GET', '/view_metadata/{folder}', ({ params, query }) =>
    metadata(folders, params.folder, query.get('filename')),
  );
  router.both('GET', '/object_info', async () => json(await objectInfo(folders, dialect)));
  router.both('GET', '/object_info/{node_class}', async ({ params }) =>
    json(await objectInfo(folders, dialect, params.node_class)),
  );
}

/** Reads the header only: a file cut in its data still answers, so this is no check of it. */
async function metadata(folders: Folders, folder: string, name: string | null): Promise<Reply> {
  const known = folders.modelFolders.includes(folder) && name?.endsWith('.safetensors');
  const file = known ? await folders.modelPath(folder, name as string) : null;
  if (file === null) return empty(404);
  const { metadata: found, dataStart } = parseHeader(await readFile(file));
  return found && dataStart <= HEADER_LIMIT_BYTES ? json(found) : empty(404);
}
