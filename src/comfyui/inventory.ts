import { nodesRun } from '../project/graph-reach.js';
import { maxChoices, maxClassBytes } from './bounds.js';
import type { Connection } from './connection.js';
import { ComfyError } from './errors.js';
import { gapsOfNode, type Gap } from './gaps.js';
import type { ApiGraph } from './graph.js';
import { nodeClassOf, objectInfo, type NodeClass } from './node-class.js';
import { parseReply } from './replies.js';

/** What a server has, by its own account, each node class asked for once. Changes nothing on it. */
export class Inventory {
  /** null: the server has no such class. */
  readonly #classes = new Map<string, NodeClass | null>();

  constructor(private readonly connection: Connection) {}

  /** Each gap once. @throws ComfyError */
  async gapsOf(graph: ApiGraph): Promise<Gap[]> {
    for (const { class_type } of Object.values(graph)) await this.#learn(class_type);
    const gaps = new Map<string, Gap>();
    const run = nodesRun(graph);
    for (const [id, node] of Object.entries(graph))
      for (const gap of gapsOfNode(node, run.has(id), graph, this.#classes)) gaps.set(JSON.stringify(gap), gap);
    return [...gaps.values()];
  }

  async #learn(name: string): Promise<void> {
    if (this.#classes.has(name)) return;
    const path = `/object_info/${encodeURIComponent(name)}`;
    const json = await this.connection.getJson(path, undefined, { maxBytes: maxClassBytes });
    const info = parseReply(this.connection, objectInfo, json, '/object_info');
    const known = Object.hasOwn(info, name) ? nodeClassOf(info[name]) : null;
    for (const [input, { choices }] of known?.inputs ?? [])
      if (choices !== null && choices.length > maxChoices) {
        const message = `${this.connection.label} lists ${choices.length} choices for ${name}'s ${input}: the limit is ${maxChoices}.`;
        throw new ComfyError('bad-reply', message);
      }
    this.#classes.set(name, known);
  }
}
