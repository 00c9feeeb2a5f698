import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../files/atomic.js';
import { parseJson } from '../../files/json.js';
import { fileLimits } from '../../files/limits.js';
import { ForeignFileError, readRegular } from '../../files/regular-file.js';
import { hashPassword, hashSchema, isPassword, longestPassword, shortestPassword } from './passwords.js';

/** What a person may do: look at runs, or also decide, start and cancel them. */
export const userRoles = ['view', 'decide'] as const;
export type UserRole = (typeof userRoles)[number];

const usersSchema = z.record(z.string(), z.object({ role: z.enum(userRoles), password: hashSchema }));
type UserTable = z.infer<typeof usersSchema>;

/** Names stand in the run's timeline. */
const namePattern = /^[\p{L}\p{N}][\p{L}\p{N} ._@-]{0,39}$/u;

/** @param folder the studio's */
export const usersFile = (folder: string): string => join(folder, 'users.json');

/** A page of five hundred pictures asks as often. */
const seenForMs = 1000;

/** A user can't be added, or the file of users can't be read. */
export class UsersError extends Error {
  override readonly name = 'UsersError';
  readonly type = 'bad-setting';
}

/** Who may log in to a studio that others reach: a file that only its owner reads, with no password in it. */
export class Users {
  #seen: UserTable = {};
  #seenAtMs = -Infinity;

  constructor(private readonly file: string) {}

  /** @throws UsersError */
  async list(): Promise<{ name: string; role: UserRole }[]> {
    return Object.entries(await this.#read()).map(([name, { role }]) => ({ name, role }));
  }

  /** Looked up again after a moment, so that whoever is removed is out soon. @returns null where there is no such user */
  async roleOf(name: string): Promise<UserRole | null> {
    if (Date.now() - this.#seenAtMs > seenForMs) {
      this.#seen = await this.#read();
      this.#seenAtMs = Date.now();
    }
    return Object.hasOwn(this.#seen, name) ? this.#seen[name].role : null;
  }

  /** Adds one, or gives one that is there another role and password. @throws UsersError */
  async add(name: string, role: UserRole, password: string): Promise<void> {
    if (!namePattern.test(name))
      throw new UsersError(
        'A user name has up to 40 letters, digits, spaces and the characters . _ @ -, and starts with a letter or digit.',
      );
    if (password.length < shortestPassword || password.length > longestPassword)
      throw new UsersError(`A password has ${shortestPassword} to ${longestPassword} characters.`);
    await this.#write({ ...(await this.#read()), [name]: { role, password: await hashPassword(password) } });
  }

  /** @throws UsersError */
  async remove(name: string): Promise<void> {
    const { [name]: removed, ...rest } = await this.#read();
    if (!removed) throw new UsersError(`There is no user '${name}'.`);
    await this.#write(rest);
  }

  /** @returns null where name or password is wrong */
  async check(name: string, password: string): Promise<UserRole | null> {
    const users = await this.#read();
    const user = Object.hasOwn(users, name) ? users[name] : null;
    return (await isPassword(password, user?.password ?? null)) && user ? user.role : null;
  }

  async #read(): Promise<UserTable> {
    try {
      return usersSchema.parse(parseJson(await readRegular(this.file, { maxBytes: fileLimits.state })));
    } catch (error) {
      if (error instanceof ForeignFileError && error.kind === 'missing') return {};
      const why = error instanceof ForeignFileError ? error.message : 'it is damaged';
      throw new UsersError(`The users of the studio can't be read (${why}): repair or delete ${this.file}.`, {
        cause: error,
      });
    }
  }

  async #write(users: UserTable): Promise<void> {
    await replaceFile(this.file, `${JSON.stringify(users, null, 2)}\n`, { modes: { file: 0o600, folder: 0o700 } });
  }
}
