import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { EmbeddedError } from './errors.js';
import type { EmbeddedHome } from './home.js';
import { lastLines, prepareLog } from './log-file.js';
import { answers, freePort, isFree } from './ports.js';
import { Supervised } from './supervised.js';
import { devServerArguments, serverEnvironment } from './temporal-arguments.js';
import { hiddenIp, openUiProxy, type UiAddress, type UiProxy } from './ui-proxy.js';

/** Up in 0.2 to 0.8 s; a database of many runs on a busy disk takes longer. */
const readyWithinMs = 60_000;
const pollMs = 50;
/** Somebody may take a port between our look and the server's start. */
const portAttempts = 5;
const usualUiPort = 8233;
/** Its empty database and log take less than 1 MB; with less than this its failure is for want of space. */
const leastFreeMB = 2;

export interface ServerPorts {
  temporal: number;
  /** Of the door before its UI. */
  ui: number;
}

export interface ServerOptions {
  home: EmbeddedHome;
  /** The server's binary. */
  program: string;
  /** Fixed by the person: in use means failure. */
  fixed: Partial<ServerPorts>;
  /** Where it ran the last time. */
  last: Partial<ServerPorts>;
  onTrouble: (sentence: string) => void;
  onStart: (pid: number) => void;
}

export interface RunningServer {
  process: Supervised;
  ports: ServerPorts;
  uiProxy: UiProxy;
}

/** Starts Temporal's dev server on the home's database. @throws EmbeddedError */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { fixed, last, home } = options;
  for (const port of [fixed.temporal, fixed.ui])
    if (port !== undefined && !(await isFree(port)))
      throw new EmbeddedError(`Port ${port} is in use: choose another port, or omit the option to use a free one.`);
  for (let attempt = 1; ; attempt += 1) {
    const first = attempt === 1;
    const temporal = fixed.temporal ?? (await freePort(first ? last.temporal : undefined));
    const ui = fixed.ui ?? (await freePort(...(first ? [last.ui, usualUiPort] : [])));
    const ports = { temporal, ui };
    const hidden = { ip: await hiddenIp(), port: await freePort() };
    const uiProxy = await openUiProxy(ui, hidden).catch(() => null);
    if (!uiProxy) {
      // Taken between our look and now.
      if (attempt < portAttempts) continue;
      throw new EmbeddedError(`Port ${ui} is in use: choose another port, or omit the option to use a free one.`);
    }
    const server = await launch(options, temporal, hidden);
    const failure = await waitUntilReady(server, temporal);
    if (failure === null) return { process: server, ports, uiProxy };
    uiProxy.close();
    await server.stop(0);
    await refuseFullDisk(home);
    const lines = await lastLines(server.options.logPath, 4);
    const isTaken = /address already in use|bind:/i.test(lines.join(' '));
    if (!isTaken || attempt === portAttempts)
      throw new EmbeddedError(
        `Temporal's server ${failure}; its log ${server.options.logPath} ends with: ${lines.join(' | ')}`,
      );
  }
}

/** On a full disk the server ends without a word. @throws EmbeddedError */
async function refuseFullDisk({ root }: EmbeddedHome): Promise<void> {
  const { bavail, bsize } = await statfs(root);
  const freeMB = (bavail * bsize) / 1e6;
  if (freeMB < leastFreeMB)
    throw new EmbeddedError(
      `The disk that holds ${root} is full (${freeMB.toFixed(1)} MB free): free disk space there, or set AZIT_HOME to another folder.`,
    );
}

async function preparedLog(home: EmbeddedHome): Promise<string> {
  const path = join(home.logs, 'temporal.log');
  await prepareLog(path);
  return path;
}

async function launch(options: ServerOptions, port: number, ui: UiAddress): Promise<Supervised> {
  const { home, program, onTrouble, onStart } = options;
  return new Supervised({
    name: "Temporal's server",
    command: program,
    arguments: await devServerArguments({ program, home, port, ui }),
    cwd: home.root,
    env: serverEnvironment(home),
    logPath: await preparedLog(home),
    onTrouble,
    onStart,
  });
}

/** Null when it answers and knows its namespace; else what happened, in words. */
async function waitUntilReady(server: Supervised, port: number): Promise<string | null> {
  const deadline = performance.now() + readyWithinMs;
  const remaining = (): number => Math.ceil(Math.max(0, deadline - performance.now()));
  while (!(await answers(port))) {
    if (server.deaths > 0) return 'exited while starting';
    if (remaining() === 0) return `did not respond within ${readyWithinMs / 1000} s`;
    await sleep(pollMs);
  }
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({
      address: `127.0.0.1:${port}`,
      connectTimeout: remaining(),
      // A proxy of the environment (https_proxy) does not lead back to this machine.
      channelArgs: { 'grpc.enable_http_proxy': 0 },
    });
    while (!(await hasNamespace(connection))) {
      if (server.deaths > 0) return 'exited while starting';
      if (remaining() === 0) return 'did not open its namespace';
      await sleep(pollMs);
    }
    await keepFinishedRuns(connection, 'default');
    // Whoever answered must be ours: another program may have taken the port at the same moment.
    return server.deaths > 0 ? 'exited while starting' : null;
  } catch {
    return server.deaths > 0 ? 'exited while starting' : 'does not respond like Temporal';
  } finally {
    await connection?.close();
  }
}

async function hasNamespace(connection: Connection): Promise<boolean> {
  try {
    await connection.workflowService.describeNamespace({ namespace: 'default' });
    return true;
  } catch {
    return false;
  }
}

/** Of finished runs in the dev server's database, which keeps them for a day by itself: they cost some 100 KB each. */
const retentionSeconds = 100 * 365 * 24 * 60 * 60;

/** Where the server does not let us, runs are read from the store once it has forgotten them. */
export async function keepFinishedRuns({ workflowService }: Connection, namespace: string): Promise<void> {
  try {
    const { config } = await workflowService.describeNamespace({ namespace });
    if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) >= retentionSeconds) return;
    const workflowExecutionRetentionTtl = { seconds: retentionSeconds } as never;
    await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  } catch {
    // See above.
  }
}
