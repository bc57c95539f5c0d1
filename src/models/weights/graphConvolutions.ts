import { type GraphNode, nodeName } from './graphNodes.js';

/* Which constants of a TensorFlow graph are the kernel and the bias of a convolution. */

/** A convolution of a graph. */
export interface GraphConvolution {
  /** The scope that the convolution stands in: its layer's name. */
  readonly layer: string;
  /** Names of constants. */
  readonly kernel: string;
  readonly bias: string | undefined;
}

const CONVOLUTIONS = ['Conv2D', '_FusedConv2D'];
const ADDITIONS = ['BiasAdd', 'Add', 'AddV2'];

/** The convolutions of a graph whose kernels are constants, in the order of its nodes. */
export function graphConvolutions(nodes: readonly GraphNode[]): GraphConvolution[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));

  /** The constant that an input comes from, through identities. */
  function constant(input: string | undefined): string | undefined {
    let node = byName.get(nodeName(input ?? ''));
    for (let steps = 0; node?.op === 'Identity' && steps < 16; steps++)
      node = byName.get(nodeName(node.input?.[0] ?? ''));
    return node?.op === 'Const' ? node.name : undefined;
  }
  /** The bias that is added to the output of `node`. */
  function addedTo(node: GraphNode): string | undefined {
    const addition = nodes.find(
      ({ op, input = [] }) => ADDITIONS.includes(op) && input.some((x) => nodeName(x) === node.name),
    );
    return addition?.input?.map(constant).find((name) => name !== undefined);
  }

  return nodes
    .filter(({ op }) => CONVOLUTIONS.includes(op))
    .flatMap((node): GraphConvolution[] => {
      const kernel = constant(node.input?.[1]);
      const bias = node.op === '_FusedConv2D' ? constant(node.input?.[2]) : addedTo(node);
      const layer = node.name.includes('/') ? node.name.slice(0, node.name.lastIndexOf('/')) : node.name;
      return kernel === undefined ? [] : [{ layer, kernel, bias }];
    });
}
