import type { Browser, BrowserContext, Page } from 'playwright-core';

/** A person at a browser of their own, let in by an address; what the browser complains of is kept. */
export class Person {
  readonly complaints: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly base: string,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => this.complaints.push(message));
  }

  static async enter(browser: Browser, address: string): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
    const page = await context.newPage();
    await page.goto(address);
    await page.waitForURL((url) => url.pathname === '/');
    return new Person(context, page, new URL(address).origin);
  }

  async see(runId: string): Promise<void> {
    await this.page.goto(`${this.base}/run/${runId}/`);
  }

  /** Waits for what the run asks, on the page that stands open. */
  async asked(gate: string): Promise<void> {
    await this.page.locator(`#ask[data-gate="${gate}"]`).waitFor({ timeout: 240_000 });
  }

  async told(pattern: RegExp): Promise<void> {
    await this.page.locator('#said').filter({ hasText: pattern }).waitFor({ timeout: 30_000 });
  }
}
