import { ComfyError } from './errors.js';

/** Ends with a slash, so that paths can be put behind it. @throws ComfyError 'bad-setting' */
export function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ComfyError(
      'bad-setting',
      `'${text}' is no address of a ComfyUI server; one looks like http://127.0.0.1:8188.`,
    );
  }
  if (url.username || url.password) {
    throw new ComfyError(
      'bad-setting',
      'Credentials do not belong into the address of ComfyUI: give them as a header.',
    );
  }
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
