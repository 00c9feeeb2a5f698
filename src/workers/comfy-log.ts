import { Context } from '@temporalio/activity';
import { Runtime } from '@temporalio/worker';
import type { Logger } from '../comfyui/index.js';

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
