import { dialects, type ComfyVersion } from './dialect.js';
import { Engine } from './engine.js';
import { listen } from './server.js';

export interface SandboxComfyOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** 0: any free one. */
  port: number;
  /** models/, input/, output/ and temp/ lie here, as in a ComfyUI folder. Made where missing; temp/ is wiped. */
  baseDirectory: string;
  /** Benchmarks: a render takes just this long and draws a stand-in. */
  fixedRenderMs?: number;
  /** Which ComfyUI to be; default 0.33.0. */
  version?: ComfyVersion;
  signal?: AbortSignal;
  /** Told each log line. */
  logger?: { info(line: string): void };
}

export interface SandboxComfy {
  url: string;
  /** Resolves when a request has ended it; `close` it then. */
  crashed: Promise<void>;
  /** Stops at once: what runs and waits is lost, files stay. */
  close(): Promise<void>;
}

/**
 * Starts the sandbox's ComfyUI (the HTTP and websocket API of 0.33.0 or 0.3.64 over drawn pictures). Ready when it resolves.
 * @throws the system's error when the port is taken.
 */
export async function startSandboxComfy(options: SandboxComfyOptions): Promise<SandboxComfy> {
  const {
    host = '127.0.0.1',
    port: wanted,
    baseDirectory,
    fixedRenderMs,
    version = '0.33.0',
    signal,
    logger,
  } = options;
  signal?.throwIfAborted();
  const argv = ['main.py', '--cpu', '--listen', host, '--port', String(wanted), '--base-directory', baseDirectory];
  const print = logger && ((line: string) => logger.info(line));
  const engine = await Engine.open({ baseDirectory, fixedRenderMs, argv, print, dialect: dialects[version] });
  const { server, port } = await listen(engine, host, wanted).catch(async (error: unknown) => {
    await engine.close();
    throw error;
  });
  const working = engine.work();
  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= (async () => {
      server.close();
      await engine.close();
      server.closeAllConnections();
      await working;
    })());
  signal?.addEventListener('abort', () => void close(), { once: true });
  void engine.crashed.then(close);
  return { crashed: engine.crashed, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, close };
}
