/** pino's shape, so that a worker's logger fits as it is. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {} };
