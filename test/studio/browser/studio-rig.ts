import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startStudio, type RunningStudio } from '../../../src/studio/server.js';
import { openChromium } from '../../browser/chromium.js';
import { startQuickRig, type QuickOptions, type QuickRig } from '../../support/quick-run.js';
import { stopSharedTemporal } from '../../support/temporal.js';

/** A quick rig with a studio beside it, and Chromium. */
export interface StudioRig {
  rig: QuickRig;
  studio: RunningStudio;
  browser: Browser;
  close(): Promise<void>;
}

export async function startStudioRig(options?: QuickOptions): Promise<StudioRig> {
  const rig = await startQuickRig(options);
  const store = () => Promise.resolve(rig.store);
  const studio = await startStudio({ client: rig.client, store, folder: join(rig.folder, 'studio'), port: 0 });
  const browser = await openChromium();
  const close = async (): Promise<void> => {
    await browser.close();
    await studio.close();
    await rig.close();
    await stopSharedTemporal();
  };
  return { rig, studio, browser, close };
}
