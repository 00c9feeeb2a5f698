import { createHash, createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { replaceFile } from '../../files/atomic.js';
import { parseJson } from '../../files/json.js';
import { fileLimits } from '../../files/limits.js';
import { readRegular } from '../../files/regular-file.js';
import { userRoles, type UserRole } from './users.js';

const sessionSchema = z.object({
  /** sha256 of what the browser holds: the file opens no door. */
  hash: z.string(),
  /** Null: whoever started the studio, by the address that it printed. */
  user: z.string().nullable(),
  role: z.enum(userRoles),
  /** Epoch milliseconds. */
  expiresAt: z.number(),
});

/** A browser that was let in. */
export interface Session extends z.infer<typeof sessionSchema> {
  /** Sent with every change; a page of elsewhere can't know it. */
  csrf: string;
}

/** Whose part of what is bounded it takes. */
export const whoOf = ({ user, hash }: Session): string => (user === null ? `session ${hash}` : `user ${user}`);

/** Who was shown out by another studio is out here as soon. */
const learnEveryMs = 1000;
/** A working day; somebody who looks every day logs in every day. */
const lastsMs = 12 * 3600_000;
/** Older ones go: nobody has so many browsers. */
const most = 500;

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
const secret = (): string => randomBytes(32).toString('base64url');
const csrfOf = (token: string): string => createHmac('sha256', token).update('azit studio csrf').digest('base64url');

/** Browsers that were let in; kept in a file, so that a page goes on when the studio is started again. */
export class Sessions {
  #sessions: z.infer<typeof sessionSchema>[] = [];
  #learntAtMs = -Infinity;
  #turn: Promise<void> = Promise.resolve();
  #link = secret();
  #linkUsed: () => void = () => undefined;

  private constructor(private readonly file: string) {}

  static async open(file: string): Promise<Sessions> {
    const sessions = new Sessions(file);
    await sessions.#learn();
    return sessions;
  }

  /** What the printed address carries. Good for one browser; the next one needs the next. */
  get linkToken(): string {
    return this.#link;
  }

  onLinkUsed(listener: () => void): void {
    this.#linkUsed = listener;
  }

  /** @returns the token for the cookie; null where the address was used before, or never printed */
  async openByLink(token: string): Promise<string | null> {
    if (hashOf(token) !== hashOf(this.#link)) return null;
    this.#link = secret();
    const opened = await this.open(null, 'decide');
    this.#linkUsed();
    return opened;
  }

  /** @returns the token for the cookie */
  async open(user: string | null, role: UserRole): Promise<string> {
    const token = secret();
    await this.#inTurn(async () => {
      await this.#learn();
      const session = { hash: hashOf(token), user, role, expiresAt: Date.now() + lastsMs };
      this.#sessions = [...this.#living(), session].slice(-most);
      await this.#save();
    });
    return token;
  }

  async find(token: string | undefined): Promise<Session | null> {
    if (!token) return null;
    const hash = hashOf(token);
    if (Date.now() - this.#learntAtMs > learnEveryMs) await this.#inTurn(() => this.#learn());
    const found = this.#living().find((session) => session.hash === hash);
    return found ? { ...found, csrf: csrfOf(token) } : null;
  }

  async close(hash: string): Promise<void> {
    await this.#inTurn(async () => {
      await this.#learn();
      this.#sessions = this.#living().filter((session) => session.hash !== hash);
      await this.#save();
    });
  }

  /** What is being written is not read again before it is there. */
  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    await turn;
  }

  /** Another studio with the same folder lets in and shows out too: the file is what both know. */
  async #learn(): Promise<void> {
    const bytes = await readRegular(this.file, { maxBytes: fileLimits.state }).catch(() => null);
    const kept = bytes && z.array(sessionSchema).safeParse(parsed(bytes));
    if (kept?.success) this.#sessions = kept.data;
    this.#learntAtMs = Date.now();
  }

  #living() {
    const now = Date.now();
    return this.#sessions.filter(({ expiresAt }) => expiresAt > now);
  }

  async #save(): Promise<void> {
    const content = `${JSON.stringify(this.#sessions)}\n`;
    await replaceFile(this.file, content, { modes: { file: 0o600, folder: 0o700 } });
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return parseJson(bytes);
  } catch {
    return null;
  }
}
