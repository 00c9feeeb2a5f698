import { ComfyError } from './errors.js';

/** Ends with a slash, so that paths can be put behind it. @throws ComfyError 'bad-setting' */
export function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ComfyError(
      'bad-setting',
      `'${text}' is not the URL of a ComfyUI server; expected something like http://127.0.0.1:8188.`,
    );
  }
  if (url.username || url.password) {
    throw new ComfyError('bad-setting', "Don't put credentials in ComfyUI's URL; use --header.");
  }
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
