import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import { pino } from 'pino';
import { Context } from '@temporalio/activity';
import type { Logger } from '../comfyui/index.js';

/** What concerns nobody who runs AZIT: that a queue has no workflows, that there is no Nexus. */
const noise = /^No (workflows|Nexus services) registered/;

/** One line an entry on stderr, the SDK's included; stacks only at LOG_LEVEL=debug. Once a process. */
export function installLogging(level: string = process.env.LOG_LEVEL ?? 'info'): void {
  const log = pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
  const isDebug = log.isLevelEnabled('debug');
  const write = ({ level: entryLevel, message, meta }: LogEntry) => {
    if (noise.test(message)) return;
    log[pinoLevels[entryLevel] ?? 'info'](isDebug ? (meta ?? {}) : briefly(meta), message);
  };
  Runtime.install({ logger: new DefaultLogger(isDebug ? 'DEBUG' : 'INFO', write) });
}

const pinoLevels: Record<string, 'trace' | 'debug' | 'info' | 'warn' | 'error'> = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
};

function briefly(meta: LogEntry['meta']): object {
  const { taskQueue, workflowId, activityType, attempt, state, error } = (meta ?? {}) as Record<string, unknown>;
  const reason = error instanceof Error ? error.message : error;
  return { taskQueue, workflowId, activityType, attempt, state, reason };
}

/** The worker's log; lines that belong to an activity carry its workflow and attempt. */
export const comfyLog: Logger = {
  debug: (fields, message) => current().debug(message, { ...fields }),
  info: (fields, message) => current().info(message, { ...fields }),
  warn: (fields, message) => current().warn(message, { ...fields }),
};

function current(): Pick<Context['log'], 'debug' | 'info' | 'warn'> {
  try {
    return Context.current().log;
  } catch {
    // Between two activities: a probe of the server, the end of a websocket.
    return Runtime.instance().logger;
  }
}
