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

/** Whether another process holds the lock: the same thing tried again soon goes well. */
export const isBusy = (error: unknown): boolean =>
  (error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true;
