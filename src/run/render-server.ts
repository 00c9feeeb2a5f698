// Pure: workflows import this.

/** What a render server says of itself. */
export interface RenderServer {
  /** Of a plain ComfyUI. */
  version?: string;
  /** In its place, where it is none, e.g. `azit-sandbox 0.1.0`; `api` is the ComfyUI that it speaks like. */
  product?: string;
  api?: string;
  /** Of its command line, what changes images. Of what an earlier attempt rendered they are not known. */
  flags?: string[];
}

/** A server with what it rendered of a sweep; null: without LoRA. */
export interface SweepServer extends RenderServer {
  /** Steps; null: the images without LoRA. */
  checkpoints: (number | null)[];
}

/** As `RenderedItem.server` names it: `0.33.0`, `azit-sandbox 0.1.0`. */
export const wordsOf = ({ product, version }: RenderServer): string => product ?? version ?? '';

export const serverName = (words: string): string => (/^\d/.test(words) ? `ComfyUI ${words}` : words);

const isSameServer = (a: RenderServer, b: RenderServer): boolean =>
  wordsOf(a) === wordsOf(b) && agree(a.api, b.api) && agree(a.flags?.join(), b.flags?.join());

/** One that is not known contradicts nothing. */
const agree = (a: string | undefined, b: string | undefined): boolean => a === undefined || b === undefined || a === b;

/** Those that are new join; what is known of one by its name only is the same as what is known in full. */
export function joinServers(known: readonly RenderServer[], more: readonly RenderServer[]): RenderServer[] {
  const joined = [...known];
  for (const server of more) {
    const at = joined.findIndex((one) => isSameServer(one, server));
    if (at < 0) joined.push(server);
    else if (!joined[at].flags) joined[at] = server;
  }
  return joined;
}

/** Who rendered which checkpoints. */
export function sweepServers(sets: Iterable<{ step: number | null; servers?: RenderServer[] }>): SweepServer[] {
  const told = [...sets].toSorted((a, b) => (a.step ?? -1) - (b.step ?? -1));
  const servers = joinServers(
    [],
    told.flatMap(({ servers = [] }) => servers),
  );
  return servers.map((server) => {
    const own = told.filter(({ servers = [] }) => servers.some((one) => isSameServer(one, server)));
    return { ...server, checkpoints: own.map(({ step }) => step) };
  });
}

/** What a person is to know of a sweep that several servers rendered; null where one did. */
export function mixedServersWords(servers: readonly RenderServer[]): string | null {
  if (servers.length < 2) return null;
  const names = servers.map(({ api, flags = [], ...server }) =>
    [serverName(wordsOf(server)), ...(api ? [`(ComfyUI ${api})`] : []), ...flags].join(' '),
  );
  return (
    `Warning: ${names.length} versions or settings of ComfyUI rendered this sweep: ${names.join('; ')}. ` +
    'Their images may differ for the same prompt, seed and checkpoint, so a difference between checkpoints may come from the servers.'
  );
}
