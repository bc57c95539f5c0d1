import { WeightsError } from '../../errors.js';
import { kindOf, type PickleDict, type PickleValue } from './pickleValue.js';
import { listNames } from './shape.js';
import type { TensorView } from './tensorView.js';
import { isTensorView } from './torchHooks.js';

/** How deep a state dict may lie in a checkpoint. */
const MAX_DEPTH = 6;
/** What training programs call the network's weights, where a checkpoint holds several dicts of tensors. */
const USUAL = ['state_dict', 'model_state_dict', 'model', 'net', 'network', 'params'];

const isDict = (value: PickleValue | undefined): value is PickleDict => value instanceof Map;
const hasTensors = (dict: PickleDict): boolean => [...dict.values()].some(isTensorView);

/** The value under `key`, else under the keys between its dots. */
function follow(root: PickleValue, key: string): PickleValue | undefined {
  if (!isDict(root)) return undefined;
  if (root.has(key)) return root.get(key);
  return key
    .split('.')
    .reduce<PickleValue | undefined>((value, part) => (isDict(value) ? value.get(part) : undefined), root);
}

/** The dicts of tensors nearest to the root, with the path of each. */
function nearest(root: PickleDict): [path: string, dict: PickleDict][] {
  const seen = new Set<PickleDict>([root]);
  let level: [string, PickleDict][] = [['', root]];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const found = level.filter(([, dict]) => hasTensors(dict));
    if (found.length > 0) return found;
    const next: [string, PickleDict][] = [];
    for (const [path, dict] of level)
      for (const [key, value] of dict) {
        if (!isDict(value) || seen.has(value)) continue;
        seen.add(value);
        next.push([`${path}${path && '.'}${kindOf(key).replaceAll("'", '')}`, value]);
      }
    level = next;
  }
  return [];
}

/** The tensors of a checkpoint by name: those under `key`, or else the one dict of tensors that is nearest to the root. */
export function findStateDict(where: string, root: PickleValue, key?: string): Map<string, TensorView> {
  let dict: PickleValue | undefined;
  if (key !== undefined) dict = follow(root, key);
  else if (isDict(root)) {
    const found = nearest(root);
    const usual = USUAL.map((name) => found.find(([path]) => path === name)).find((match) => match !== undefined);
    if (found.length > 1 && usual === undefined)
      throw new WeightsError(
        `${where}: expected one state dict; got ${listNames(found.map(([path]) => path))}: choose one with the option key`,
      );
    dict = (usual ?? found[0])?.[1];
  }
  if (!isDict(dict) || !hasTensors(dict)) {
    const keys = isDict(root)
      ? `a dict with ${listNames([...root.keys()].map((k) => (typeof k === 'string' ? k : kindOf(k))))}`
      : kindOf(root);
    throw new WeightsError(
      `${where}: expected a dict of tensors${key === undefined ? '' : ` under the key '${key}'`}; got ${keys}`,
    );
  }
  const tensors = new Map<string, TensorView>();
  for (const [name, value] of dict) if (isTensorView(value) && typeof name === 'string') tensors.set(name, value);
  return tensors;
}
