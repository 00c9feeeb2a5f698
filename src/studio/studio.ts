import type { HttpBindings } from '@hono/node-server';
import type { ArtifactStore } from '../artifacts/artifact-store.js';
import type { AzitClient } from '../client/index.js';
import type { LoadedProject } from '../project/load.js';
import type { Session, Sessions } from './door/sessions.js';
import type { Users } from './door/users.js';
import type { Sockets } from './door/sockets.js';
import type { Attempts } from './door/attempts.js';
import type { Faces } from './pictures/face.js';
import type { Thumbnails } from './pictures/thumbnails.js';
import type { FaceLook } from './start/face-look.js';
import type { MachineList } from './runs/machine-list.js';
import type { RunList } from './runs/run-list.js';
import type { WatchedRuns } from './runs/watched-runs.js';
import type { Streams } from './events.js';

/** What the routes of a studio work on. */
export interface Studio {
  client: AzitClient;
  store: () => Promise<ArtifactStore>;
  runs: WatchedRuns;
  list: RunList;
  machines: MachineList;
  faces: Faces;
  thumbnails: Thumbnails;
  faceLook: FaceLook;
  sessions: Sessions;
  users: Users;
  attempts: Attempts;
  streams: Streams;
  sockets: Sockets;
  /** Its name; known once the port is. */
  cookie: string;
  /** Folder of the studio's own files. */
  folder: string;
  /** Whether it lets in by the printed address. */
  isLocal: boolean;
  /** Where the services are ours: has them carry runs on. */
  carryOn: () => Promise<void>;
  /** What to know of a project before it is started. */
  notesOf: (project: LoadedProject) => Promise<string[]>;
  /** Told what went wrong that no person can be told on a page. */
  onTrouble: (error: unknown) => void;
}

/** What a request carries besides itself. */
export interface StudioEnv {
  Variables: { session: Session };
  Bindings: HttpBindings;
}
