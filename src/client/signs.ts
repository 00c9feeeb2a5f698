import type { Client } from '@temporalio/client';
import { signsQueueOf, type Role } from '../project/names.js';
import { pollersOf } from './pollers.js';

/** What a worker process tells of itself. */
export interface WorkerSign {
  /** As Temporal names it in its queues, without the server that a role works with: `PID@HOST`. */
  worker: string;
  azit: string;
  roles: Role[];
  /** Of its roles that are bound to one. */
  families: string[];
  comfyui?: { url: string; /** Null: it does not respond. */ version: string | null; devices: string[] };
  /** Name and version. */
  trainer?: string;
  /** As CUDA_VISIBLE_DEVICES names it, and who else of the machine has it at this moment. */
  gpu?: { name: string; user: string | null };
}

export type SeenSign = WorkerSign & { /** Milliseconds since 1970 */ seenAt: number };

/** Temporal takes up to 1,000 bytes as an identity. */
const mostBytes = 960;

/** As a poller's identity: Temporal forgets it with the worker, and whoever may ask for the pollers of a queue sees it. */
export function identityOfSign(sign: WorkerSign): string {
  let shown = sign;
  for (;;) {
    const text = JSON.stringify(shown);
    if (Buffer.byteLength(text) <= mostBytes) return text;
    // What a person misses least goes first.
    if (shown.comfyui && shown.comfyui.devices.length > 0)
      shown = { ...shown, comfyui: { ...shown.comfyui, devices: [] } };
    else if (shown.families.length > 0) shown = { ...shown, families: shown.families.slice(0, -1) };
    else return JSON.stringify({ worker: sign.worker.slice(0, 200), azit: sign.azit, roles: sign.roles, families: [] });
  }
}

/** All workers of these queues that live: each polls a queue on which nothing ever comes. */
export async function workerSigns(client: Client, prefix: string): Promise<SeenSign[]> {
  const newest = new Map<string, SeenSign>();
  for (const { identity, seenAt } of await pollersOf(client, signsQueueOf(prefix))) {
    const sign = signIn(identity);
    // One that changed what it says is seen twice for a while.
    if (sign && seenAt > (newest.get(sign.worker)?.seenAt ?? 0)) newest.set(sign.worker, { ...sign, seenAt });
  }
  return [...newest.values()].sort((a, b) => a.worker.localeCompare(b.worker));
}

/** Workers of other versions, and whoever else polls there, may say anything. */
function signIn(identity: string): WorkerSign | null {
  try {
    const { worker, azit, roles, families, comfyui, trainer, gpu } = JSON.parse(identity) as Partial<WorkerSign>;
    if (typeof worker !== 'string' || !Array.isArray(roles) || !Array.isArray(families)) return null;
    return {
      worker,
      azit: text(azit) ?? '',
      roles: roles.filter(isText) as Role[],
      families: families.filter(isText),
      ...(comfyui && isText(comfyui.url)
        ? {
            comfyui: {
              url: comfyui.url,
              version: text(comfyui.version),
              devices: Array.isArray(comfyui.devices) ? comfyui.devices.filter(isText) : [],
            },
          }
        : {}),
      ...(isText(trainer) ? { trainer } : {}),
      ...(gpu && isText(gpu.name) ? { gpu: { name: gpu.name, user: text(gpu.user) } } : {}),
    };
  } catch {
    return null;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const text = (value: unknown): string | null => (isText(value) ? value : null);
