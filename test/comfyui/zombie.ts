import type { Fault, FaultProxy } from './fault-proxy.js';

/** The log of 0.3.64 after a request that killed its worker thread, cut. */
const trace = [
  'Exception in thread Thread-1 (prompt_worker):\n',
  'Traceback (most recent call last):\n  File "main.py", line 195, in prompt_worker\n',
  'TypeError',
  ': ',
  "argument of type 'NoneType' is not iterable",
];

const json = (body: unknown): Fault => ({
  do: 'answer',
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/**
 * From now on the server takes prompts and works on none, as 0.3.64 does when its worker thread has died: the first stays
 * running for ever. `heal` is its restart, after which it knows none of them.
 */
export function makeZombie(proxy: FaultProxy, { showsLog = true } = {}): void {
  const taken: string[] = [];
  proxy.instead = (line, body) => {
    const [method, path] = line.split(' ');
    if (method === 'POST' && path === '/prompt') {
      const { prompt_id } = JSON.parse(body) as { prompt_id: string };
      taken.push(prompt_id);
      return json({ prompt_id, number: taken.length, node_errors: {} });
    }
    if (path === '/queue' && method === 'GET') {
      const [running = [], pending = []] = [taken.slice(0, 1), taken.slice(1)].map((ids) =>
        ids.map((id, at) => [at, id, {}, {}, []]),
      );
      return json({ queue_running: running, queue_pending: pending });
    }
    if (path === '/queue') {
      const { delete: ids = [] } = JSON.parse(body) as { delete?: string[] };
      for (const id of ids) if (taken.indexOf(id) > 0) taken.splice(taken.indexOf(id), 1);
      return { do: 'answer', status: 200 };
    }
    if (path === '/internal/logs/raw') {
      const entries = trace.map((m) => ({ t: '2026-11-24T18:24:30.863470', m }));
      return showsLog ? json({ entries, size: {} }) : { do: 'answer', status: 404 };
    }
    if (path.startsWith('/history/')) return json({});
    return path.startsWith('/api/jobs') ? { do: 'answer', status: method === 'GET' ? 404 : 405 } : null;
  };
}
