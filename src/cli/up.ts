import { resolve } from 'node:path';
import { isTemporalConfigured } from '../client/index.js';
import { embeddedHome } from '../embedded/index.js';
import { defaultTaskQueuePrefix } from '../project/names.js';
import { aborted, onInterruption } from './interruption.js';
import { exitCodes } from './exit-codes.js';
import { printResult, say, UsageError } from './output.js';
import type { RunningStudio } from '../studio/server.js';
import { openSession, taskQueuePrefix, type Session } from './session.js';
import { offerAddresses, studioBeside } from './studio.js';

export interface UpOptions {
  port?: number;
  uiPort?: number;
}

/** Runs the embedded services in the foreground until Ctrl-C; runs that are not finished go on. */
export async function upCommand({ port, uiPort }: UpOptions): Promise<number> {
  if (isTemporalConfigured())
    throw new UsageError(
      'The environment names a Temporal server: start `azit worker` for it, or unset TEMPORAL_ADDRESS.',
    );
  let session: Session | null = null;
  let studio: RunningStudio | null = null;
  const interruption = onInterruption(() => session?.embedded?.kill());
  try {
    session = await openSession({ needs: 'everything', fixedPorts: { temporal: port, ui: uiPort } });
    const { embedded } = session;
    studio = await studioBeside(session);
    if (studio) say(`Studio: ${studio.address()}`);
    printResult(exportsOf(embedded?.address ?? '').join('\n'));
    say(`Paste these lines into another terminal to use this server there. Temporal's UI: ${embedded?.uiUrl ?? ''}`);
    say(
      embedded?.isOwner
        ? 'Ctrl-C stops everything; unfinished runs continue at the next start'
        : 'another azit is running the services; this one takes over when that one ends',
    );
    if (studio) offerAddresses(studio, say);
    await aborted(interruption.signal);
    return exitCodes.done;
  } finally {
    await studio?.close();
    await session?.close();
    interruption.dispose();
  }
}

/** All that another terminal, worker or program needs to work on these runs. */
function exportsOf(address: string): string[] {
  const prefix = taskQueuePrefix();
  const { artifacts } = embeddedHome();
  return [
    `export TEMPORAL_ADDRESS=${address}`,
    'export TEMPORAL_NAMESPACE=default',
    `export AZIT_STORE=${quoted(/^\w+:/.test(artifacts) ? artifacts : resolve(artifacts))}`,
    ...(prefix === defaultTaskQueuePrefix ? [] : [`export AZIT_TASK_QUEUE=${quoted(prefix)}`]),
  ];
}

/** As a shell reads it back. */
const quoted = (word: string): string => (/^[\w./:-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
