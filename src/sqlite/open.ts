import { lstat } from 'node:fs/promises';

/** The part of libsql (better-sqlite3's manner: synchronous) that is used here. */
export interface Sqlite {
  exec(sql: string): unknown;
  prepare(sql: string): {
    get(...values: unknown[]): unknown;
    all(...values: unknown[]): unknown[];
    run(...values: unknown[]): unknown;
  };
  close(): unknown;
}

type Constructor = new (path: string, options: { timeout: number; fileMustExist: boolean }) => Sqlite;

/** Synchronous waits stop everything else in the process: a busy database is asked again later instead. */
const busyMs = 50;

/** An optional dependency: Node 20 has no SQLite of its own, and libsql brings binaries for the usual platforms only. */
const library: string = 'libsql';

/** @returns null where this platform has no SQLite. Throws what SQLite says where the file is none. */
export async function openSqlite(path: string, { create = false } = {}): Promise<Sqlite | null> {
  const Database = await import(library).then(
    (module: { default: Constructor }) => module.default,
    () => null,
  );
  return Database && new Database(path, { timeout: busyMs, fileMustExist: !create });
}

/**
 * Whether a database that somebody else writes may be opened: its files are regular ones (SQLite writes its index of the
 * log even to read, through a link if there is one) and not larger than `maxBytes` together.
 */
export async function isOpenable(path: string, maxBytes: number): Promise<boolean> {
  let bytes = 0;
  for (const [index, suffix] of ['', '-wal', '-shm', '-journal'].entries()) {
    const found = await lstat(`${path}${suffix}`).catch(() => null);
    if (found ? !found.isFile() : index === 0) return false;
    bytes += found?.size ?? 0;
  }
  return bytes <= maxBytes;
}

/** A view in a table's place may count for ever, and nothing else runs meanwhile. */
export function isPlainTable(database: Sqlite, name: string): boolean {
  const found = database.prepare('SELECT type, sql FROM sqlite_schema WHERE name = ?').get(name) as
    { type: string; sql: string } | undefined;
  return found?.type === 'table' && /^CREATE TABLE/i.test(String(found.sql));
}

/** Whether another process holds the lock: the same thing tried again soon goes well. */
export const isBusy = (error: unknown): boolean =>
  (error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true;
