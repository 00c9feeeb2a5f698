import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export const hashSchema = z.object({
  salt: z.base64(),
  hash: z.base64(),
  /** Cost, block size, parallelism: 64 MiB and some 0.2 s each. */
  cost: z.literal(65536),
  block: z.literal(8),
  lanes: z.literal(1),
});
export type PasswordHash = z.infer<typeof hashSchema>;

const bytesOfHash = 32;
const cost = { cost: 65536, block: 8, lanes: 1 } as const;
export const shortestPassword = 10;
/** Longer ones are no password, but work for us. */
export const longestPassword = 1024;

/** One at a time: each takes 64 MiB. */
let turn: Promise<unknown> = Promise.resolve();

function derive(password: string, salt: Buffer): Promise<Buffer> {
  const own = turn.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        const options = { N: cost.cost, r: cost.block, p: cost.lanes, maxmem: 256 * cost.cost * cost.block };
        scrypt(password.normalize('NFKC'), salt, bytesOfHash, options, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      }),
  );
  turn = own.catch(() => undefined);
  return own;
}

export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt);
  return { salt: salt.toString('base64'), hash: hash.toString('base64'), ...cost };
}

const nobody: PasswordHash = { salt: Buffer.alloc(16).toString('base64'), hash: '', ...cost };

/** @param known null: there is no such user, which takes as long to say. */
export async function isPassword(password: string, known: PasswordHash | null): Promise<boolean> {
  const { salt, hash } = known ?? nobody;
  const found = await derive(password.slice(0, longestPassword), Buffer.from(salt, 'base64'));
  const wanted = Buffer.from(hash, 'base64');
  return known !== null && wanted.length === found.length && timingSafeEqual(found, wanted);
}
