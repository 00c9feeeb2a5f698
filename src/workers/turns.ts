import { join } from 'node:path';
import type { TunerHolder } from '@temporalio/worker';
import { GpuLease, registerRenderServer } from '../gpu/index.js';
import type { Role } from '../project/names.js';
import { GpuGate } from './gpu-gate.js';
import type { TurnOptions } from './gpu-turn.js';
import type { WorkerOptions } from './options.js';

/** The SDK's own default; these workers have neither workflows nor local activities. */
const otherSlots = 100;

/**
 * What a role takes turns on: its GPU with all workers of the machine; where none is named, its render server with its
 * own other families. Null: it has what it uses for itself.
 */
export async function turnOf(role: Role, options: WorkerOptions): Promise<TurnOptions | null> {
  const { gpu, render, families, workDir } = options;
  if (role !== 'render' && role !== 'train') return null;
  const ownUrl = role === 'render' ? render?.comfyUrl : undefined;
  const gpus = gpu?.split(',').map((one) => one.trim()) ?? [];
  if (gpus.length > 0) {
    // In the order of their names: two workers that share two GPUs can't each have one and wait for the other.
    const leases = [...new Set(gpus)].sort().map((one) => new GpuLease(one));
    if (ownUrl) for (const lease of leases) await registerRenderServer(lease.gpu, { url: ownUrl });
    return { leases, ownUrl, headers: render?.headers };
  }
  if (!ownUrl || families.length < 2) return null;
  return { leases: [new GpuLease(`server-${ownUrl}`, join(workDir, 'leases'), `the server ${ownUrl}`)], ownUrl };
}

export function tunerOf({ leases }: TurnOptions): TunerHolder {
  const fixed = { type: 'fixed-size', numSlots: otherSlots } as const;
  return {
    activityTaskSlotSupplier: new GpuGate(leases),
    workflowTaskSlotSupplier: fixed,
    localActivityTaskSlotSupplier: fixed,
    nexusTaskSlotSupplier: fixed,
  };
}
