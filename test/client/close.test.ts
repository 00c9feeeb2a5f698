import assert from 'node:assert/strict';
import { join } from 'node:path';
import { AzitClient, AzitClientError } from '../../src/client/index.js';
import { temporaryFolder } from '../support/folder.js';
import { TcpRelay } from '../support/tcp-relay.js';
import { sharedTemporal, stopSharedTemporal } from '../support/temporal.js';

const isClosed = (error: unknown): boolean =>
  error instanceof AzitClientError && error.code === 'temporal-unreachable' && /client is closed/.test(error.message);

describe('a client that is closed', function () {
  this.timeout(60_000);
  let relay: TcpRelay;
  let client: AzitClient;

  beforeEach(async () => {
    relay = await TcpRelay.start((await sharedTemporal()).address);
    const store = join(await temporaryFolder(), 'store');
    client = await AzitClient.connect({ store, temporal: { address: relay.address } });
  });
  afterEach(() => relay.close());
  after(stopSharedTemporal);

  for (const [words, takeAway] of [
    ['refuses', () => relay.close()],
    ['says nothing', () => relay.cut()],
    ['is there', () => undefined],
  ] as const)
    it(`a call that is under way where Temporal ${words} ends the process, or never ends`, async () => {
      takeAway();
      const calls = [client.list(), client.machines(), client.run('somebody').status()];
      const ended = calls.map((call) => assert.rejects(call, isClosed));
      await client.close();
      await Promise.all(ended);
      await assert.rejects(client.list(), isClosed, 'a later one');
    });
});
