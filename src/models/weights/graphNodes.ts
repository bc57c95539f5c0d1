import type { io, Tensor } from '@tensorflow/tfjs-core';

/** What is needed of a `GraphModel` of `@tensorflow/tfjs-converter`. */
export interface GraphModelLike {
  /** The weights by the names of their nodes. */
  readonly weights: Readonly<Record<string, readonly Tensor[]>>;
  /** Hands the topology to a handler. */
  save(handler: io.IOHandler): Promise<io.SaveResult>;
}

/** A node of a graph as model.json writes it. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
}

/** The node that an input refers to: `'^a/b'` waits for it, `'a/b:0'` is its output 0. */
export const nodeName = (input: string): string => input.replace(/^\^/, '').replace(/:\d+$/, '');

const isNode = (value: unknown): value is GraphNode => {
  const { name, op, input = [] } = (value ?? {}) as Partial<GraphNode>;
  return (
    typeof name === 'string' &&
    typeof op === 'string' &&
    Array.isArray(input) &&
    input.every((x) => typeof x === 'string')
  );
};

/** The nodes of a model, by way of its public `save`. Copies no weights. */
export async function graphNodes(model: Pick<GraphModelLike, 'save'>): Promise<GraphNode[]> {
  let topology: unknown;
  await model.save({
    save: (artifacts) => {
      topology = artifacts.modelTopology;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } });
    },
  });
  const { node } = (topology ?? {}) as { node?: unknown };
  return Array.isArray(node) ? node.filter(isNode) : [];
}
