import { hasGradient } from '../internal/basicGradients.js';
import { hasKernel } from '../internal/kernelNames.js';
import { type GraphNode, nodeName } from './weights/graphNodes.js';

/** Operations that take no values of their input on: nothing behind them depends on the picture. */
const ends = new Set(['Shape', 'Rank', 'Size', 'ZerosLike', 'OnesLike', 'StopGradient']);

/** All that can be reached, the start included. A set also walks over what is added on the way. */
function reachable(from: readonly string[], next: (name: string) => readonly string[]): Set<string> {
  const reached = new Set(from);
  for (const name of reached) for (const other of next(name)) reached.add(other);
  return reached;
}

/**
 * An operation between the input and the wanted nodes for which no gradient is registered. Judges the operations that the active
 * backend has under the name that they have in the graph; the others are left to the tape.
 */
export function withoutGradient(
  nodes: readonly GraphNode[],
  input: string,
  wanted: readonly string[],
): string | undefined {
  const sources = new Map(nodes.map(({ name, input: names = [] }) => [name, names.map(nodeName)]));
  const users = new Map<string, string[]>();
  for (const { name, op } of nodes)
    if (!ends.has(op)) for (const source of sources.get(name)!) users.set(source, [...(users.get(source) ?? []), name]);
  const before = reachable(wanted, (name) => sources.get(name) ?? []);
  const behind = reachable([input], (name) => users.get(name) ?? []);
  return nodes.find(({ name, op }) => before.has(name) && behind.has(name) && hasKernel(op) && !hasGradient(op))?.op;
}
