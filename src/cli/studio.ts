import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { openStore } from '../artifacts/store.js';
import { isTemporalConfigured } from '../client/index.js';
import { embeddedHome } from '../embedded/index.js';
import type { RunningStudio } from '../studio/server.js';
import { aborted, onInterruption } from './interruption.js';
import { exitCodes } from './exit-codes.js';
import { printResult, say } from './output.js';
import { preflightWarnings, projectNotes } from './plan.js';
import { openSession, type Session } from './session.js';

export interface StudioFlags {
  host?: string;
  port?: number;
  name?: string[];
  open?: boolean;
}

export const studioFolder = (): string => join(embeddedHome().root, 'studio');

/** Serves the studio until Ctrl-C. */
export async function studioCommand({ open = false, ...flags }: StudioFlags): Promise<number> {
  let session: Session | null = null;
  let studio: RunningStudio | null = null;
  const interruption = onInterruption(() => session?.embedded?.kill());
  try {
    session = await openSession({ needs: 'queries' });
    studio = await serveStudio(session, flags);
    printResult(studio.address());
    if (open) openBrowser(studio.address());
    if (flags.host !== undefined)
      say('What the studio shows travels unencrypted: put a proxy with TLS in front of it, with --name for its name.');
    offerAddresses(studio);
    await aborted(interruption.signal);
    return exitCodes.done;
  } finally {
    await studio?.close();
    await session?.close();
    interruption.dispose();
  }
}

/** The studio of a session, beside whatever else its command does. */
export async function serveStudio(session: Session, flags: Omit<StudioFlags, 'open'> = {}): Promise<RunningStudio> {
  const { client, embedded } = session;
  const { startStudio } = await import('../studio/server.js');
  const location = isTemporalConfigured() ? undefined : embeddedHome().artifacts;
  let store: ReturnType<typeof openStore> | undefined;
  return await startStudio({
    client,
    store: () => (store ??= openStore(location)),
    folder: studioFolder(),
    host: flags.host,
    port: flags.port,
    names: flags.name,
    faceLook: { embedder: process.env.AZIT_EMBEDDER || undefined },
    notesOf: async (loaded) => [...(await projectNotes(loaded)), ...(await preflightWarnings(loaded))],
    carryOn: async () => await embedded?.raise('everything'),
    onTrouble: (error) => say(`studio: ${(error as Error).message}`),
  });
}

/** Beside a command that does something else, which goes on without it. `AZIT_STUDIO=off`: none. */
export async function studioBeside(session: Session): Promise<RunningStudio | null> {
  if (process.env.AZIT_STUDIO === 'off') return null;
  try {
    return await serveStudio(session);
  } catch (error) {
    say(`The studio could not be started: ${(error as Error).message}`);
    return null;
  }
}

/** An address lets in one browser: Enter in the terminal gives the next. */
export function offerAddresses(studio: RunningStudio, tell: (address: string) => void = printResult): void {
  if (!process.stdin.isTTY) {
    studio.onUsed(() => tell(studio.address()));
    return;
  }
  say('The address of the studio lets in one browser; press Enter for another one.');
  const lines = createInterface({ input: process.stdin });
  lines.on('line', () => tell(studio.address()));
  // Ctrl-C reaches the process as ever.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
}

function openBrowser(address: string): void {
  const [program, ...words] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(program, [...words, address], { stdio: 'ignore', detached: true });
  child.on('error', () => say('No browser could be opened: open the address yourself.'));
  child.unref();
}
