import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const usual = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** CHROMIUM, or the one of the system; playwright-core brings none. */
export async function openChromium(args: string[] = []): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? usual.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error('no Chromium on this machine: name one by CHROMIUM');
  const quiet = ['--disable-background-networking', '--no-first-run', '--disable-sync', '--disable-component-update'];
  return await chromium.launch({ executablePath, args: ['--no-sandbox', ...quiet, ...args] });
}
