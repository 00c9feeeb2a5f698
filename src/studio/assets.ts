import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import { studioStyle } from './style.js';
import type { StudioEnv } from './studio.js';

const scripts = [
  'main.js',
  'live.js',
  'morph.js',
  'ask.js',
  'cards.js',
  'forms.js',
  'filter.js',
  'viewer.js',
  'notices.js',
  'zoom.js',
  'drops.js',
  'faces.js',
  'crop.js',
  'drag-out.js',
] as const;

/** Style and script: they tell nothing of any run, so they come before the door. */
export function addAssets(app: Hono<StudioEnv>): void {
  let style = '';
  app.get('/assets/studio.css', (c) => {
    style ||= studioStyle();
    return c.body(style, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'no-cache' });
  });
  for (const name of scripts)
    app.get(`/assets/${name}`, async (c) => {
      const code = await readFile(scriptPath(name));
      return c.body(new Uint8Array(code), 200, {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'no-cache',
      });
    });
}

/** Built beside this file; in development this file is the source, and the script lies in dist. */
function scriptPath(name: string): string {
  const inSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(inSource ? `../../dist/studio/browser/${name}` : `browser/${name}`, import.meta.url));
}
