import { Transform, type Readable } from 'node:stream';

/** What a stream has to bring at least: a server may send a byte a minute, and never stop. */
export interface Pace {
  bytes: number;
  inMs: number;
}

/** The slowest link that anybody renders over. */
export const leastPace: Pace = { bytes: 64 * 1024, inMs: 60_000 };

/**
 * A stream from a server, which may send without end, or hardly at all: one byte beyond `maxBytes` ends it with an
 * error, and so does less than the pace while somebody reads.
 */
export function boundedStream(
  content: Readable,
  maxBytes: number,
  { tooMuch, tooSlow, pace = leastPace }: { tooMuch: () => Error; tooSlow: () => Error; pace?: Pace },
): Readable {
  let seen = 0;
  let looked = 0;
  const bounded = new Transform({
    transform(piece: Buffer, _encoding, done) {
      seen += piece.byteLength;
      if (seen <= maxBytes) done(null, piece);
      else done(tooMuch());
    },
  });
  const watch = setInterval(() => {
    // One that waits for its reader is not slow.
    if (seen - looked < pace.bytes && !bounded.writableNeedDrain) bounded.destroy(tooSlow());
    looked = seen;
  }, pace.inMs);
  // It may break before anybody reads it: whoever does is told then, and nobody dies of it.
  bounded.on('error', () => undefined);
  content
    .on('error', (error) => bounded.destroy(error))
    .on('end', () => clearInterval(watch))
    .pipe(bounded);
  // Whoever stops reading lets go of the connection too.
  return bounded.on('close', () => {
    clearInterval(watch);
    content.destroy();
  });
}
