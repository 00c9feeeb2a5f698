import { Transform, type Readable } from 'node:stream';

/** A stream from a server, which may send without end: one byte beyond `maxBytes` ends it with an error. */
export function upTo(content: Readable, maxBytes: number, tooMuch: () => Error): Readable {
  let seen = 0;
  const bounded = new Transform({
    transform(piece: Buffer, _encoding, done) {
      seen += piece.byteLength;
      if (seen <= maxBytes) done(null, piece);
      else done(tooMuch());
    },
  });
  // It may break before anybody reads it: whoever does is told then, and nobody dies of it.
  bounded.on('error', () => undefined);
  content.on('error', (error) => bounded.destroy(error)).pipe(bounded);
  // Whoever stops reading lets go of the connection too.
  return bounded.on('close', () => content.destroy());
}
