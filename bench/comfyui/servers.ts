import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface BenchServers {
  servers: { url: string; baseDirectory: string }[];
  close(): Promise<void>;
}

/** Sandbox servers that render for a fixed time, in another process. */
export async function startServers(count: number, renderMs: number): Promise<BenchServers> {
  const child = fork(fileURLToPath(new URL('server.ts', import.meta.url)), [String(count), String(renderMs)]);
  const [servers] = (await once(child, 'message')) as [BenchServers['servers']];
  return {
    servers,
    async close() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
