import { parse } from 'yaml';
import { z } from 'zod';
import { fileLimits } from '../files/limits.js';
import { readRegularText } from '../files/regular-file.js';
import { nearestKey } from '../project/keys.js';
import { nestsTooDeeply } from '../project/nesting.js';
import { noticeKinds } from '../run/notice.js';

/** Names what is wrong in the settings of notifications; never a value, which may be a password. */
export class NotifySettingError extends Error {
  override readonly name = 'NotifySettingError';
  readonly type = 'bad-setting';
}

const on = z
  .array(z.enum(noticeKinds))
  .min(1)
  .default([...noticeKinds]);
const httpUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/\/\/[^/]*@/.test(url), "don't put credentials in a URL");
/** Long enough that nobody finds it by trying. */
const secret = z
  .string()
  .regex(
    /^whsec_[A-Za-z0-9+/]{32,}={0,2}$/,
    'expected `whsec_` and 24 bytes or more in base64: `openssl rand -base64 32`',
  );
const header = z.string().regex(/^[\t\x20-\x7e]+$/);

const webhook = z.strictObject({ webhook: httpUrl, secret, on });
const ntfy = z.strictObject({
  ntfy: httpUrl.regex(/\/[\w-]{1,64}$/, 'expected a topic at its end, such as https://ntfy.sh/my-topic'),
  token: header.optional(),
  on,
});
const smtp = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535).optional(),
  /** `tls` from the start, `starttls` before the password, `none` within a machine. */
  security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
  user: z.string().optional(),
  password: z.string().optional(),
});
const email = z.strictObject({
  email: z.union([z.email(), z.array(z.email()).min(1).max(20)]),
  from: z.email(),
  smtp,
  on,
});

/** By the key that each is known by. */
const channels = { webhook, ntfy, email };
const channelKeys = [...new Set(Object.values(channels).flatMap(({ shape }) => Object.keys(shape)))];

const schema = z.strictObject({
  /** The studio's address, for links. */
  studio: httpUrl.optional(),
  notify: z
    .array(z.union(Object.values(channels)))
    .min(1)
    .max(20),
});

export type NotifySettings = z.infer<typeof schema>;
export type Channel = NotifySettings['notify'][number];

/** @throws NotifySettingError */
export async function readNotifySettings(
  file: string,
  environment: Record<string, string | undefined> = process.env,
): Promise<NotifySettings> {
  const value = fromEnvironment(await readSettings(file), file, environment);
  const unknown = unknownKey(value);
  if (unknown !== null) throw new NotifySettingError(`${file}: ${unknown} See docs/studio.md, "Notifications".`);
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues.flatMap((one) => (one.code === 'invalid_union' ? (deepest(one.errors) ?? one) : one));
  const at = error.issues[0].path.concat(issue === error.issues[0] ? [] : issue.path).join('.');
  throw new NotifySettingError(`${file}: ${at || 'the file'}: ${issue.message}. See docs/studio.md, "Notifications".`);
}

async function readSettings(file: string): Promise<unknown> {
  const refused = (why: string) => new NotifySettingError(`The notification settings ${file} can't be read: ${why}`);
  try {
    const text = await readRegularText(file, { maxBytes: fileLimits.project });
    if (nestsTooDeeply(text)) throw refused('it is nested too deeply.');
    return parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw error instanceof NotifySettingError ? error : refused(firstLine(error));
  }
}

/** The first key that is none, and what it may have been; a key is no secret. */
function unknownKey(value: unknown): string | null {
  const { notify = [], ...top } = mapping(value);
  const places: [at: string, keys: string[], known: readonly string[]][] = [
    ['', Object.keys(top), ['studio', 'notify']],
  ];
  for (const [index, one] of (Array.isArray(notify) ? notify : []).entries()) {
    const channel = mapping(one);
    // One that says nowhere to send to may be any of them.
    const [kind] = Object.keys(channels).filter((key) => key in channel) as (keyof typeof channels)[];
    const known = kind === undefined ? channelKeys : Object.keys(channels[kind].shape);
    places.push([`notify.${index}.`, Object.keys(channel), known]);
    if (kind === 'email')
      places.push([`notify.${index}.smtp.`, Object.keys(mapping(channel['smtp'])), Object.keys(smtp.shape)]);
  }
  for (const [at, keys, known] of places) {
    const key = keys.find((one) => !known.includes(one));
    if (key !== undefined) return unknownWords(at, key, known);
  }
  return null;
}

function unknownWords(at: string, key: string, known: readonly string[]): string {
  const named = `'${at}${JSON.stringify(key.slice(0, 80)).slice(1, -1)}' is not a known key`;
  const nearest = nearestKey(key, known);
  return nearest?.isNear
    ? `${named}; the nearest is '${at}${nearest.key}'.`
    : `${named} (known keys: ${known.join(', ')}).`;
}

const mapping = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Of the kinds of channel, the one that fits best says what is wrong. */
function deepest(errors: z.core.$ZodIssue[][]): z.core.$ZodIssue | undefined {
  return [...errors].sort((a, b) => a.length - b.length)[0]?.[0];
}

const firstLine = (error: unknown): string => (error as Error).message.split('\n', 1)[0];

/** `$NAME` stands for a variable, so that a password need not lie in a file. */
function fromEnvironment(value: unknown, file: string, environment: Record<string, string | undefined>): unknown {
  if (Array.isArray(value)) return value.map((each) => fromEnvironment(each, file, environment));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, fromEnvironment(each, file, environment)]),
    );
  const [, name] = typeof value === 'string' ? (/^\$([A-Za-z_]\w*)$/.exec(value) ?? []) : [];
  if (name === undefined) return value;
  const found = environment[name];
  if (!found) throw new NotifySettingError(`${file} names the variable ${name}, which is not set.`);
  return found;
}
