import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { execa } from 'execa';
import { searchAttributes } from '../project/names.js';
import type { EmbeddedHome } from './home.js';
import { bareEnvironment } from '../machine/environment.js';
import { loopback } from './ports.js';
import type { UiAddress } from './ui-proxy.js';

const helpTimeoutMs = 20_000;

export interface DevServer {
  program: string;
  home: EmbeddedHome;
  port: number;
  ui: UiAddress;
}

/** The words of Temporal's dev server, closed to web pages; it runs in the home. */
export async function devServerArguments({ program, home, port, ui }: DevServer): Promise<string[]> {
  return [
    ...['server', 'start-dev', '--ip', loopback, '--port', String(port)],
    ...['--ui-ip', ui.ip, '--ui-port', String(ui.port)],
    // It makes a URL of the name: a `#` or `?` in the path would end it, so the path is left to the working folder.
    ...['--db-filename', basename(home.database), '--log-level', 'error'],
    // Not the person's settings of `temporal`; also how `endStale` knows the server of this home.
    ...['--env-file', home.serverSettings],
    // WAL with NORMAL carries 2.6 times the load of the default and still survives kill -9.
    ...['journal_mode=WAL', 'synchronous=NORMAL'].flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...Object.entries(searchAttributes).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    // Its HTTP port takes a page's `text/plain` post, and can't be closed: it hears only those who know this name.
    ...['--dynamic-config-value', `frontend.httpAllowedHosts=["${randomUUID()}.invalid"]`],
    // In four parts, its default, a queue hands tasks out in no order, and an idle renderer may ask at a part that has none.
    ...['Read', 'Write'].flatMap((side) => ['--dynamic-config-value', `matching.numTaskqueue${side}Partitions=1`]),
    // A closed run is deleted once the server has noted that its closing is done: every 30 s, by default.
    ...['transfer', 'visibility'].flatMap((queue) => [
      '--dynamic-config-value',
      `history.${queue}ProcessorUpdateAckInterval="1s"`,
    ]),
    ...((await knows(program, newsFlag)) ? [newsFlag] : []),
  ];
}

/** Go's `user.Current` ends the server where the uid has no passwd entry and these are not set. */
export function serverEnvironment(home: EmbeddedHome, environment = process.env): NodeJS.ProcessEnv {
  const { USER, HOME } = environment;
  return { ...bareEnvironment(environment), USER: USER || 'azit', HOME: HOME || home.root };
}

/** Else the UI asks temporal.io for news at each visit. */
const newsFlag = '--ui-disable-news-fetch';

/** An older `temporal` on the PATH ends at a flag that it does not know. */
async function knows(program: string, flag: string): Promise<boolean> {
  const { stdout } = await execa(program, ['server', 'start-dev', '--help'], {
    timeout: helpTimeoutMs,
    stdin: 'ignore',
    reject: false,
    env: bareEnvironment(),
    extendEnv: false,
  });
  return stdout?.includes(flag) ?? false;
}
