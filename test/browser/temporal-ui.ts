import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Browser } from 'playwright-core';
import { Embedded, embeddedHome } from '../../src/embedded/index.js';
import { listProcesses } from '../../src/machine/processes.js';
import { temporaryFolder } from '../support/folder.js';
import { listeningPorts } from '../support/listening-ports.js';
import { openChromium } from './chromium.js';

const start = JSON.stringify({ workflowType: { name: 'pipeline' }, taskQueue: { name: 'azit' } });

describe("Temporal's UI and its server in a real browser", function () {
  this.timeout(120_000);
  let embedded: Embedded;
  let client: Client;
  let browser: Browser;
  let hostile: Server;
  let ports: number[];

  before(async () => {
    const home = embeddedHome(join(await temporaryFolder(), '.azit'));
    embedded = await Embedded.open({ home, needs: 'server', notify: () => undefined });
    client = new Client({ connection: await Connection.connect({ address: embedded.address }) });
    const processes = await listProcesses();
    const server = processes.find((one) => one.command.includes(home.database) && !one.command.includes('azit-guard'));
    ports = [Number(new URL(embedded.uiUrl).port), ...(await listeningPorts(server?.pid as number))];
    hostile = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>hello'));
    hostile.listen(0, '127.0.0.1');
    await once(hostile, 'listening');
    // evil.test and what is under it lead to this machine, as a rebound name does.
    browser = await openChromium(['--host-resolver-rules=MAP *.evil.test 127.0.0.1, MAP evil.test 127.0.0.1']);
  });
  after(async () => {
    await browser.close();
    hostile.close();
    await client.connection.close();
    await embedded.close();
  });

  async function runs(): Promise<string[]> {
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list()) ids.push(workflowId);
    return ids;
  }

  it('give a hostile page no run to read, start or end, whatever it posts', async () => {
    const page = await browser.newPage();
    await page.goto(`http://evil.test:${(hostile.address() as AddressInfo).port}/`);
    for (const port of ports)
      await page.evaluate(
        async ({ port, start }) => {
          const to = `http://127.0.0.1:${port}/api/v1/namespaces/default/workflows/by-page-${port}`;
          const headers = { 'content-type': 'text/plain' };
          await fetch(to, { method: 'POST', mode: 'no-cors', headers, body: start }).catch(() => null);
          const form = document.createElement('form');
          Object.assign(form, { method: 'POST', action: to, enctype: 'text/plain', target: 'frame' });
          const input = document.createElement('input');
          Object.assign(input, { name: start.slice(0, -1) + ',"requestId":"', value: '"}' });
          const frame = document.createElement('iframe');
          frame.name = 'frame';
          form.append(input);
          document.body.append(frame, form);
          const loaded = new Promise((done) => frame.addEventListener('load', done, { once: true }));
          form.submit();
          await Promise.race([loaded, new Promise((done) => setTimeout(done, 1000))]);
          frame.remove();
        },
        { port, start },
      );
    assert.deepEqual(await runs(), []);
    await page.close();
  });

  it('show nothing under a rebound name', async () => {
    const page = await browser.newPage();
    const { port } = new URL(embedded.uiUrl);
    const reply = await page.goto(`http://ui.evil.test:${port}/`);
    assert.equal(reply?.status(), 403);
    const status = await page.evaluate(async () => (await fetch('/api/v1/namespaces')).status);
    assert.equal(status, 403);
    await page.close();
  });

  it('let a person look at a run and terminate it by the address that azit prints', async () => {
    await client.workflow.start('nothing', { workflowId: 'azit-seen', taskQueue: 'nobody' });
    const page = await browser.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    await page.goto(`${embedded.uiUrl}/namespaces/default/workflows/azit-seen`);
    await page.getByText('azit-seen').first().waitFor();
    await page.getByRole('button', { name: 'More Actions' }).filter({ visible: true }).click();
    await page.getByRole('menuitem', { name: 'Terminate' }).filter({ visible: true }).click();
    await page.getByRole('button', { name: 'Terminate' }).filter({ visible: true }).click();
    await page.getByText('Terminated').filter({ visible: true }).first().waitFor();
    assert.equal((await client.workflow.getHandle('azit-seen').describe()).status.name, 'TERMINATED');
    assert.deepEqual(
      troubles.filter((text) => /content security|403/i.test(text)),
      [],
    );
    await page.close();
  });
});
