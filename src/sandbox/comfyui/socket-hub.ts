import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { PromptQueue } from './prompt-queue.js';

/** A client that reads nothing while this much waits for it is let go. */
const BACKLOG_LIMIT_BYTES = 64 * 1024 * 1024;

/** The websockets by client id, with ComfyUI's habits: see `connect`. */
export class SocketHub {
  private readonly sockets = new Map<string, WebSocket>();
  private readonly open = new Set<WebSocket>();
  private executingClient: string | null = null;
  /** The node that runs now, told to its client when it connects late. */
  lastNode: string | null = null;

  queue: Pick<PromptQueue, 'remaining'> = { remaining: 0 };

  constructor(private readonly features: Record<string, unknown>) {}

  /**
   * Takes in a websocket. A client id that is used twice belongs to the newer socket until the OLDER one closes; after
   * that neither gets anything, as in ComfyUI (https://github.com/comfyanonymous/ComfyUI/pull/16243).
   */
  connect(socket: WebSocket, clientId: string): void {
    const id = clientId || randomUUID().replaceAll('-', '');
    this.sockets.set(id, socket);
    this.open.add(socket);
    socket.on('close', () => {
      this.sockets.delete(id);
      this.open.delete(socket);
    });
    socket.on('error', () => socket.terminate());
    this.listen(socket, id);
    this.send('status', { status: this.queueInfo(), sid: id }, id);
    if (this.executingClient === id && this.lastNode !== null) this.send('executing', { node: this.lastNode }, id);
  }

  /** To one client, or to all (`null`). */
  send(event: string, data: Record<string, unknown>, clientId: string | null): void {
    const text = JSON.stringify({ type: event, data });
    const targets = clientId === null ? [...this.sockets.values()] : [this.sockets.get(clientId)];
    for (const socket of targets) {
      if (!socket) continue;
      if (socket.bufferedAmount > BACKLOG_LIMIT_BYTES) socket.terminate();
      else socket.send(text);
    }
  }

  /** From now on `toExecuting` means this client; null: everybody. */
  executing(clientId: string | null): void {
    this.executingClient = clientId;
  }

  get hasExecutingClient(): boolean {
    return this.executingClient !== null;
  }

  toExecuting(event: string, data: Record<string, unknown>): void {
    this.send(event, data, this.executingClient);
  }

  queueChanged(): void {
    this.send('status', { status: this.queueInfo() }, null);
  }

  queueInfo(): { exec_info: { queue_remaining: number } } {
    return { exec_info: { queue_remaining: this.queue.remaining } };
  }

  close(): void {
    for (const socket of this.open) socket.terminate();
  }

  /** The first message may ask for the server's features. */
  private listen(socket: WebSocket, id: string): void {
    socket.once('message', (raw, isBinary) => {
      if (isBinary) return;
      try {
        const { type } = JSON.parse((raw as Buffer).toString()) as { type?: string };
        if (type === 'feature_flags') this.send('feature_flags', this.features, id);
      } catch {
        // Not JSON: ComfyUI logs it and goes on.
      }
    });
  }
}
