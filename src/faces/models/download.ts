import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Dispatcher } from 'undici';
import { isDiskFull } from '../../run/failures.js';
import { ModelError } from './errors.js';

/** A server that says nothing for so long has gone away; the whole may take as long as it moves. */
const silenceMs = 60_000;
/** GitHub answers with one to its store of large files. */
const mostRedirects = 5;

/**
 * A file over HTTP(S), through the proxy that HTTPS_PROXY names.
 * @throws ModelError `unreachable` or `refused`
 */
export async function download(url: string, path: string, signal?: AbortSignal): Promise<void> {
  // Loaded here: models are fetched once in a machine's life.
  const { EnvHttpProxyAgent } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    connectTimeout: silenceMs,
  });
  try {
    await pipeline(await bodyOf(url, dispatcher, signal), createWriteStream(path), { signal });
  } catch (error) {
    if (error instanceof ModelError || signal?.aborted) throw error;
    if (isDiskFull(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ModelError(
      'unreachable',
      `${url} can't be reached (${code ?? message}). Check the network, or download the file in another way and add it: ` +
        '`azit models add FILE`.',
      {},
      { cause: error },
    );
  } finally {
    await dispatcher.close().catch(() => undefined);
  }
}

async function bodyOf(url: string, dispatcher: Dispatcher, signal?: AbortSignal) {
  const { request } = await import('undici');
  let from = url;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const { statusCode, headers, body } = await request(from, { dispatcher, signal });
    if (statusCode === 200) return body;
    await body.dump();
    const { location } = headers;
    if (statusCode < 300 || statusCode >= 400 || typeof location !== 'string')
      throw new ModelError(
        'refused',
        `${from} answered ${statusCode}: the file does not exist, or you have no access to it.`,
      );
    from = new URL(location, from).href;
  }
  throw new ModelError('refused', `${url} redirects too often.`);
}
