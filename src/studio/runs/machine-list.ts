import type { AzitClient, Machines } from '../../client/index.js';
import { machinesParts } from '../pages/machines.js';
import { LivingPage } from './living-page.js';
import { Poller } from './poller.js';

const lookEveryMs = 2000;

/** All workers and queues, as one page that all browsers share. */
export class MachineList {
  readonly page = new LivingPage();
  readonly #closing = new AbortController();
  readonly poller = new Poller({ look: () => this.#look(), goodForMs: lookEveryMs, signal: this.#closing.signal });

  constructor(private readonly client: AzitClient) {}

  async close(): Promise<void> {
    this.#closing.abort();
    await this.poller.ended();
  }

  async #look(): Promise<void> {
    let machines: Machines | null = null;
    let trouble: unknown = null;
    try {
      machines = await this.client.machines();
    } catch (error) {
      trouble = error;
    }
    this.page.set(machinesParts(machines, trouble));
  }
}
