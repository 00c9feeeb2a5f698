/** The memo of a workflow and the header of an activity under which a run's store stands: `StoreIdentity`. */
export const storeMark = 'azitStore';

/** null: of a run that began before stores had an identity. */
export function storeIn(found: unknown): { id: string; location: string } | null {
  const { id, location } = (found ?? {}) as { id?: unknown; location?: unknown };
  return typeof id === 'string' && typeof location === 'string' ? { id, location } : null;
}
