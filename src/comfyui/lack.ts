import type { Connection } from './connection.js';
import { ComfyError, type ComfyErrorKind } from './errors.js';
import { Inventory } from './inventory.js';
import { takesLoras } from './lora.js';

/** This server, with its settings, can't do the unit, and another one may: of another version, with more memory, on another disk. */
const lacking: ReadonlySet<ComfyErrorKind> = new Set([
  'missing-on-server',
  'validation',
  'out-of-memory',
  'forbidden',
  'too-large',
  'disk-full',
  'disk-fault',
  'failing',
  'bad-setting',
]);

/** null: the error says nothing that another server might not say as well. */
export const lackOfServer = (error: unknown): ComfyError | null =>
  error instanceof ComfyError && lacking.has(error.kind) ? error : null;

/** One look at what the error says is missing. */
export async function hasByNow(
  { wanted }: ComfyError,
  lorasDir: string | undefined,
  connection: Connection,
): Promise<boolean> {
  if (wanted === null) return false;
  if (wanted === 'lora') return await takesLoras(lorasDir, connection);
  return (await new Inventory(connection).gapsOf(wanted)).length === 0;
}
