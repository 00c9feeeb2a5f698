import { createAdaptorServer } from '@hono/node-server';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { isIP, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { AzitClient } from '../client/index.js';
import { createApp } from './app.js';
import { Attempts } from './door/attempts.js';
import { isLoopbackHost, ownNames } from './door/names.js';
import { Sessions } from './door/sessions.js';
import { Sockets, type SocketLimits } from './door/sockets.js';
import { Users, UsersError, usersFile } from './door/users.js';
import { Streams } from './events.js';
import { Faces } from './pictures/face.js';
import { Thumbnails } from './pictures/thumbnails.js';
import { MachineList } from './runs/machine-list.js';
import { RunList } from './runs/run-list.js';
import { WatchedRuns } from './runs/watched-runs.js';
import { FaceLook, type FaceLookOptions } from './start/face-look.js';
import type { Studio } from './studio.js';

export interface StudioOptions {
  client: AzitClient;
  store: () => Promise<ArtifactStore>;
  /** Of the studio's own files: users, sessions, small copies of pictures. For its owner alone. */
  folder: string;
  /** Default: 127.0.0.1. Another one lets in users alone. */
  host?: string;
  /** Default: 7788, or a free one where that is taken. 0: a free one. */
  port?: number;
  /** Further names that others reach it by. */
  names?: readonly string[];
  carryOn?: Studio['carryOn'];
  notesOf?: Studio['notesOf'];
  onTrouble?: Studio['onTrouble'];
  sockets?: SocketLimits;
  /** By what faces are looked for in dropped images. */
  faceLook?: FaceLookOptions;
}

/** A studio that is served. */
export interface RunningStudio {
  /** What a person opens; on the loopback it lets in one browser. Another one after each use. */
  address(): string;
  port: number;
  /** Called when the address has been used, and there is another. */
  onUsed(listener: () => void): void;
  close(): Promise<void>;
}

export const defaultStudioPort = 7788;
/** Whoever ends it waits for no Temporal that is away. */
const mostWaitMs = 5000;

/** Serves the studio. @throws UsersError without users where others reach it; the system's error where it can't listen */
export async function startStudio(options: StudioOptions): Promise<RunningStudio> {
  const { client, store, folder, host = '127.0.0.1', names = [] } = options;
  // Under another name, others reach it through a proxy.
  const isLocal = isLoopbackHost(host) && names.length === 0;
  const users = new Users(usersFile(folder));
  if (!isLocal && (await users.list()).length === 0)
    throw new UsersError(
      `${names.length > 0 ? `As ${names[0]}` : `On ${host}`} others can reach the studio, but it has no users yet: add one with \`azit studio users add NAME --role decide\`.`,
    );
  const sessions = await Sessions.open(join(folder, 'sessions.json'));
  const runs = new WatchedRuns(client, store);
  const studio: Studio = {
    client,
    store,
    runs,
    list: new RunList(client, runs),
    machines: new MachineList(client),
    faces: new Faces((runId) => client.run(runId).reportData()),
    thumbnails: new Thumbnails(join(folder, 'thumbnails')),
    faceLook: new FaceLook(options.faceLook),
    sessions,
    users,
    attempts: new Attempts(),
    streams: new Streams(),
    sockets: new Sockets(options.sockets),
    cookie: '',
    folder,
    isLocal,
    carryOn: options.carryOn ?? (() => Promise.resolve()),
    notesOf: options.notesOf ?? (({ notes }) => Promise.resolve(notes)),
    onTrouble: options.onTrouble ?? (() => undefined),
  };
  const app = createApp(studio, ownNames(host, names));
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  studio.sockets.guard(server);
  const port = await listen(server, host, options.port);
  // A browser sends a cookie to every port of a host: each studio has its own.
  studio.cookie = `azit-studio-${port}`;
  const base = `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}/`;
  return {
    port,
    address: () => (isLocal ? `${base}open?token=${sessions.linkToken}` : base),
    onUsed: (listener) => sessions.onLinkUsed(listener),
    async close() {
      studio.streams.close();
      studio.sockets.close();
      const looks = [studio.list.close(), studio.machines.close(), runs.close()];
      server.close();
      server.closeAllConnections();
      // What does not end in that time ends with its client.
      await Promise.race([Promise.all(looks), sleep(mostWaitMs, undefined, { ref: false })]);
    },
  };
}

async function listen(server: Server, host: string, asked: number | undefined): Promise<number> {
  const ports = asked === undefined ? [defaultStudioPort, 0] : [asked];
  for (const [index, port] of ports.entries()) {
    server.listen(port, host);
    try {
      await once(server, 'listening');
      break;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!isTaken || index === ports.length - 1) throw error;
    }
  }
  return (server.address() as AddressInfo).port;
}
