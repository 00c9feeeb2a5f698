import { parse } from 'yaml';
import { z } from 'zod';
import { fileLimits } from '../files/limits.js';
import { readRegularText } from '../files/regular-file.js';
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
const email = z.strictObject({
  email: z.union([z.email(), z.array(z.email()).min(1).max(20)]),
  from: z.email(),
  smtp: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65535).optional(),
    /** `tls` from the start, `starttls` before the password, `none` within a machine. */
    security: z.enum(['tls', 'starttls', 'none']).default('starttls'),
    user: z.string().optional(),
    password: z.string().optional(),
  }),
  on,
});

const schema = z.strictObject({
  /** The studio's address, for links. */
  studio: httpUrl.optional(),
  notify: z
    .array(z.union([webhook, ntfy, email]))
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
  let value: unknown;
  try {
    value = parse(await readRegularText(file, { maxBytes: fileLimits.project }), { maxAliasCount: 0 });
  } catch (error) {
    throw new NotifySettingError(`The notification settings ${file} can't be read: ${firstLine(error)}`);
  }
  const { success, data, error } = schema.safeParse(fromEnvironment(value, file, environment));
  if (success) return data;
  const [issue] = error.issues.flatMap((one) => (one.code === 'invalid_union' ? (deepest(one.errors) ?? one) : one));
  const at = error.issues[0].path.concat(issue === error.issues[0] ? [] : issue.path).join('.');
  throw new NotifySettingError(`${file}: ${at || 'the file'}: ${issue.message}. See docs/studio.md, "Notifications".`);
}

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
