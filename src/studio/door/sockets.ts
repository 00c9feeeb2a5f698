import type { Server } from 'node:http';
import type { Socket } from 'node:net';

export interface SocketLimits {
  /** Open at once. Default: 1000. */
  most?: number;
  /** For how long a reader may take nothing of what waits for it, in milliseconds. Default: two minutes. */
  stalledMs?: number;
}

/**
 * The connections of a studio. Where there are too many, those go first that nobody has let in, the oldest before the
 * others: who has no session keeps out nobody who has. A reader that takes nothing goes too.
 */
export class Sockets {
  readonly #strangers = new Set<Socket>();
  readonly #all = new Set<Socket>();
  /** Of those for which something waits: how much they have been sent, and since when it is as much. */
  readonly #waiting = new Map<Socket, { sent: number; sinceMs: number }>();
  readonly #most: number;
  readonly #stalledMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor({ most = 1000, stalledMs = 120_000 }: SocketLimits = {}) {
    this.#most = most;
    this.#stalledMs = stalledMs;
  }

  guard(server: Server): void {
    server.on('connection', (socket: Socket) => this.#take(socket));
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
      const { bytesWritten: sent } = socket;
      const before = this.#waiting.get(socket);
      if (socket.writableLength === 0) this.#waiting.delete(socket);
      else if (before?.sent !== sent) this.#waiting.set(socket, { sent, sinceMs: performance.now() });
      else if (performance.now() - before.sinceMs >= this.#stalledMs) socket.destroy();
    }
  }
}
