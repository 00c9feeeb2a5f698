import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface SocketLimits {
  /** Open at once. Default: 1000. */
  most?: number;
  /** In this time 1 MiB has to move, where something waits to be taken or sent. Default: two minutes. */
  stalledMs?: number;
}

/** At this pace what is moved ends, and with it what it holds. */
const leastBytes = 1024 * 1024;

/** How much had moved, and since when it is too little more. */
interface Pace {
  moved: number;
  sinceMs: number;
}

/**
 * The connections of a studio. Where there are too many, those go first that nobody has let in, the oldest before the
 * others: who has no session keeps out nobody who has. A reader that takes nothing, or next to nothing, goes too, and a
 * sender of a body that sends as little.
 */
export class Sockets {
  readonly #strangers = new Set<Socket>();
  readonly #all = new Set<Socket>();
  /** Of those for which something waits. */
  readonly #waiting = new Map<Socket, Pace>();
  /** Whose body is not here yet. */
  readonly #coming = new Map<IncomingMessage, Pace & { response: ServerResponse }>();
  readonly #most: number;
  readonly #stalledMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor({ most = 1000, stalledMs = 120_000 }: SocketLimits = {}) {
    this.#most = most;
    this.#stalledMs = stalledMs;
  }

  guard(server: Server): void {
    server.on('connection', (socket: Socket) => this.#take(socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#coming.set(request, { moved: request.socket.bytesRead, sinceMs: performance.now(), response });
      request.once('close', () => this.#coming.delete(request));
    });
    this.#timer = setInterval(() => this.#endStalled(), this.#stalledMs / 4);
    this.#timer.unref();
  }

  /** It carries a session: it stays. */
  letIn(socket: Socket): void {
    this.#strangers.delete(socket);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #take(socket: Socket): void {
    this.#all.add(socket);
    this.#strangers.add(socket);
    socket.once('close', () => {
      this.#all.delete(socket);
      this.#strangers.delete(socket);
      this.#waiting.delete(socket);
    });
    if (this.#all.size <= this.#most) return;
    const [oldest = socket] = this.#strangers;
    oldest.destroy();
  }

  #endStalled(): void {
    for (const socket of this.#all) {
      const { bytesWritten, writableLength } = socket;
      const moved = bytesWritten - writableLength;
      const pace = this.#waiting.get(socket);
      if (writableLength === 0) this.#waiting.delete(socket);
      else if (!pace) this.#waiting.set(socket, { moved, sinceMs: performance.now() });
      else if (this.#isTooSlow(pace, moved)) socket.destroy();
    }
    for (const [request, pace] of this.#coming) {
      const { complete, socket } = request;
      if (complete) this.#coming.delete(request);
      else if (this.#isTooSlow(pace, socket.bytesRead)) endSlow(socket, pace.response);
    }
  }

  #isTooSlow(pace: Pace, moved: number): boolean {
    const nowMs = performance.now();
    if (moved - pace.moved < leastBytes) return nowMs - pace.sinceMs >= this.#stalledMs;
    [pace.moved, pace.sinceMs] = [moved, nowMs];
    return false;
  }
}

const slow = JSON.stringify({ said: 'It came too slowly: the studio has stopped waiting for it. Try again.' });

/** As Node ends a request whose head does not come: the handler that reads its body can't answer any more. */
function endSlow(socket: Socket, response: ServerResponse): void {
  if (response.headersSent || !socket.writable) return void socket.destroy();
  const head = ['HTTP/1.1 408 Request Timeout', 'connection: close', 'content-type: application/json'];
  socket.end([...head, `content-length: ${slow.length}`, '', slow].join('\r\n'), () => socket.destroy());
}
