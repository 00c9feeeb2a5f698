// The thread that draws, so that the server's queue, history and websockets stay responsive.
import { parentPort } from 'node:worker_threads';
import { draw } from '../model/index.js';
import type { DrawRequest } from '../model/types.js';
import type { DrawReply } from './drawing.js';

parentPort?.on('message', ({ id, request }: { id: number; request: DrawRequest }) => {
  let reply: DrawReply;
  try {
    reply = { id, picture: draw(request) };
  } catch (error) {
    reply = { id, error: error instanceof Error ? error.message : String(error) };
  }
  const own = 'picture' in reply && reply.picture.pixels.byteLength === reply.picture.pixels.buffer.byteLength;
  parentPort?.postMessage(reply, own && 'picture' in reply ? [reply.picture.pixels.buffer as ArrayBuffer] : []);
});
