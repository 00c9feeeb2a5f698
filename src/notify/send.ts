import { createHmac } from 'node:crypto';
import type { Notice } from '../run/notice.js';
import type { Channel } from './settings.js';
import { bodyOf, linkOf, titleOf } from './words.js';

/** What is not answered by then is tried again. */
const answersWithinMs = 15_000;

/** A channel that did not take a notice. */
export class UndeliveredError extends Error {
  override readonly name = 'UndeliveredError';
  readonly type = 'unavailable';
  constructor(
    message: string,
    /** Whether another try can help. */
    readonly isFinal: boolean = false,
  ) {
    super(message);
  }
}

/** Tells one channel. @throws UndeliveredError */
export async function send(notice: Notice, channel: Channel, studio: string | undefined): Promise<void> {
  const link = linkOf(notice, studio);
  if ('webhook' in channel) return await post(channel.webhook, ...webhookOf(notice, channel.secret, link));
  if ('ntfy' in channel) return await post(...ntfyOf(notice, channel, link));
  await mail(notice, channel, link);
}

/** Signed as https://www.standardwebhooks.com says: whoever receives it has a library for it. */
function webhookOf(notice: Notice, secret: string, link: string | null): [string, Record<string, string>] {
  const body = JSON.stringify({ type: `run.${notice.kind}`, timestamp: notice.at, data: { ...notice, link } });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${notice.id}.${timestamp}.${body}`).digest('base64');
  const headers = { 'webhook-id': notice.id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return [body, headers];
}

function ntfyOf(
  notice: Notice,
  { ntfy, token }: Extract<Channel, { ntfy: string }>,
  link: string | null,
): [string, string, Record<string, string>] {
  const at = ntfy.lastIndexOf('/');
  const isUrgent = notice.kind === 'needs-help' || notice.kind === 'failed';
  const body = {
    topic: ntfy.slice(at + 1),
    title: titleOf(notice),
    message: bodyOf(notice, link),
    priority: isUrgent ? 4 : 3,
    ...(link ? { click: link } : {}),
  };
  // By JSON: a header carries no Korean.
  return [`${ntfy.slice(0, at)}/`, JSON.stringify(body), token ? { authorization: `Bearer ${token}` } : {}];
}

async function post(url: string, body: string, headers: Record<string, string>): Promise<void> {
  const where = new URL(url).host;
  let status: number;
  try {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'azit', ...headers },
      body,
      // A redirect would carry the token, or the signed words, elsewhere.
      redirect: 'manual',
      signal: AbortSignal.timeout(answersWithinMs),
    });
    status = reply.status;
    await reply.body?.cancel();
  } catch (error) {
    throw new UndeliveredError(`${where} did not respond (${reasonOf(error)})`);
  }
  if (status >= 200 && status < 300) return;
  const isFinal = status >= 300 && status < 500 && ![408, 425, 429].includes(status);
  throw new UndeliveredError(`${where} answered ${status}`, isFinal);
}

async function mail(notice: Notice, channel: Extract<Channel, { from: string }>, link: string | null): Promise<void> {
  const { host, port, security, user, password } = channel.smtp;
  // Slow to load, and most have no e-mail.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host,
    port: port ?? (security === 'tls' ? 465 : security === 'starttls' ? 587 : 25),
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: answersWithinMs,
    greetingTimeout: answersWithinMs,
    socketTimeout: answersWithinMs,
    // A text of ours names no file and no address to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from: channel.from,
      to: channel.email,
      subject: titleOf(notice),
      text: bodyOf(notice, link),
      messageId: `<${notice.id}@${channel.from.split('@')[1]}>`,
      headers: { 'auto-submitted': 'auto-generated' },
    });
  } catch (error) {
    const { responseCode, code } = error as { responseCode?: number; code?: string };
    // 5xx: refused for good; what is wrong with the login a person has to mend.
    const isFinal = code === 'EAUTH' || (responseCode !== undefined && responseCode >= 500);
    throw new UndeliveredError(`${host} rejected the e-mail (${responseCode ?? code ?? 'no answer'})`, isFinal);
  } finally {
    transport.close();
  }
}

/** The cause of a fetch says more than "fetch failed". */
function reasonOf(error: unknown): string {
  const { cause, name } = error as { cause?: { code?: string }; name?: string };
  return cause?.code ?? name ?? 'unknown';
}
