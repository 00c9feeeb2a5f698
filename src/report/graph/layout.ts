import type { GraphNode } from './parse.js';

/**
 * A layered layout (after Sugiyama): layers by longest path, links over several layers run through waypoints, order
 * within a layer by the mean of the neighbours. Not dagre 3.1: it throws at a node called `constructor`, and takes four
 * to fifteen times as long for a graph at the bounds of parse.ts.
 */
export interface Layout {
  width: number;
  height: number;
  boxes: Map<string, Box>;
  /** Each link through its waypoints: [x, y] from the source's right side to the target's input row. */
  links: [number, number][][];
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const sizes = { width: 212, title: 34, row: 20, foot: 10 };
const gaps = { x: 46, y: 22 };
const waypointHeight = 4;
const orderSweeps = 6;

interface Item {
  /** Null: a waypoint. */
  node: GraphNode | null;
  before: Item[];
  after: Item[];
  y: number;
  height: number;
}

const heightOf = (node: GraphNode): number => sizes.title + node.inputs.length * sizes.row + sizes.foot;
export const rowY = (box: Box, index: number): number => box.y + sizes.title + (index + 0.5) * sizes.row;

export function layOut(nodes: GraphNode[]): Layout {
  const depth = depthsOf(nodes);
  const layers: Item[][] = Array.from({ length: Math.max(...depth.values()) + 1 }, () => []);
  const items = new Map<string, Item>();
  for (const node of nodes) {
    const item: Item = { node, before: [], after: [], y: 0, height: heightOf(node) };
    items.set(node.id, item);
    layers[depth.get(node.id)!].push(item);
  }
  const chains = nodes.flatMap((node) => chainsInto(node, items, depth, layers));
  orderLayers(layers);
  const height = place(layers);
  const columnX = (layer: number): number => layer * (sizes.width + gaps.x);
  const boxes = new Map(
    nodes.map(({ id }) => {
      const { y, height: boxHeight } = items.get(id)!;
      return [id, { x: columnX(depth.get(id)!), y, width: sizes.width, height: boxHeight }];
    }),
  );
  const links = chains.map(({ from, to, input, waypoints }) => {
    const [source, target] = [boxes.get(from)!, boxes.get(to)!];
    const first = depth.get(from)! + 1;
    const middle = waypoints.flatMap(({ y }, index): [number, number][] => {
      const x = columnX(first + index);
      return [
        [x, y],
        [x + sizes.width, y],
      ];
    });
    const start: [number, number] = [source.x + source.width, source.y + sizes.title / 2];
    return [start, ...middle, [target.x, rowY(target, input)] as [number, number]];
  });
  return { width: columnX(layers.length - 1) + sizes.width, height, boxes, links };
}

/** Longest path from the sources; then each node as near to its users as they allow. A cycle's back link counts not. */
function depthsOf(nodes: GraphNode[]): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const depth = new Map<string, number>();
  const visit = (id: string, path: Set<string>): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    const sources = byId.get(id)!.inputs.flatMap(({ from }) => (from !== null && !path.has(from) ? [from] : []));
    const within = new Set(path).add(id);
    const own = Math.max(-1, ...sources.map((source) => visit(source, within))) + 1;
    depth.set(id, own);
    return own;
  };
  for (const { id } of nodes) visit(id, new Set([id]));
  const deepestFirst = [...nodes].sort((a, b) => depth.get(b.id)! - depth.get(a.id)!);
  for (const { id } of deepestFirst) {
    const users = nodes.filter(({ inputs }) => inputs.some(({ from }) => from === id));
    const nearest = Math.min(...users.map((user) => depth.get(user.id)! - 1));
    if (users.length > 0 && nearest > depth.get(id)!) depth.set(id, nearest);
  }
  return depth;
}

interface Chain {
  from: string;
  to: string;
  input: number;
  waypoints: Item[];
}

function chainsInto(node: GraphNode, items: Map<string, Item>, depth: Map<string, number>, layers: Item[][]): Chain[] {
  return node.inputs.flatMap(({ from }, input): Chain[] => {
    if (from === null || depth.get(from)! >= depth.get(node.id)!) return [];
    const waypoints: Item[] = [];
    let previous = items.get(from)!;
    for (let layer = depth.get(from)! + 1; layer <= depth.get(node.id)!; layer++) {
      const last = layer === depth.get(node.id)!;
      const next: Item = last
        ? items.get(node.id)!
        : { node: null, before: [], after: [], y: 0, height: waypointHeight };
      previous.after.push(next);
      next.before.push(previous);
      if (!last) {
        layers[layer].push(next);
        waypoints.push(next);
      }
      previous = next;
    }
    return [{ from, to: node.id, input, waypoints }];
  });
}

/** Down and up, each layer sorted by where its neighbours stand: few crossings, at no cost worth naming. */
function orderLayers(layers: Item[][]): void {
  for (let sweep = 0; sweep < orderSweeps; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const rank = new Map<Item, number>();
      for (const other of layers) other.forEach((item, index) => rank.set(item, index / Math.max(1, other.length - 1)));
      const wish = new Map(
        layer.map((item) => {
          const neighbours = down ? item.before : item.after;
          return [item, neighbours.length === 0 ? rank.get(item)! : mean(neighbours.map((one) => rank.get(one)!))];
        }),
      );
      layer.sort((a, b) => wish.get(a)! - wish.get(b)!);
    }
  }
}

/** Stacks each layer, centred. @returns the height of the highest. */
function place(layers: Item[][]): number {
  const heights = layers.map((layer) => layer.reduce((sum, { height }) => sum + height + gaps.y, -gaps.y));
  const highest = Math.max(...heights);
  layers.forEach((layer, index) => {
    let y = (highest - heights[index]) / 2;
    for (const item of layer) {
      item.y = Math.round(y);
      y += item.height + gaps.y;
    }
  });
  return highest;
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
