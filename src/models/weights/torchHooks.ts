import { WeightsError } from '../../errors.js';
import { kindOf, type PickleDict, type PickleFunction, type PickleObject, type PickleValue } from './pickleValue.js';
import { elements, isShape, isSize } from './shape.js';
import { type Storage, storageBytes, type TensorView, viewEnd } from './tensorView.js';
import type { PickleHooks } from './unpickle.js';

/** A view may repeat elements (`expand`): more than its storage has, yet not without bound. */
const MAX_REPEATED = 2 ** 24;

const STORAGE_DTYPES: Readonly<Record<string, string>> = {
  ...{ DoubleStorage: 'F64', FloatStorage: 'F32', HalfStorage: 'F16', BFloat16Storage: 'BF16', BoolStorage: 'BOOL' },
  ...{ LongStorage: 'I64', IntStorage: 'I32', ShortStorage: 'I16', CharStorage: 'I8', ByteStorage: 'U8' },
};

/** What `torch.FloatStorage` and its like stand for. */
interface StorageType extends PickleObject {
  readonly kind: 'storageType';
  readonly dtype: string;
}

type Made = Storage | TensorView | StorageType;

/** Only {@link torchHooks} makes objects with a `kind`: whatever a pickle builds by itself is an array, a Map or bytes. */
const isMade = <K extends Made['kind']>(value: PickleValue | undefined, kind: K): value is Extract<Made, { kind: K }> =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;

export const isTensorView = (value: PickleValue | undefined): value is TensorView => isMade(value, 'tensor');

/** The few Python names that tensors are made of. Nothing of what they stand for is run: these are our own functions. */
export function torchHooks(where: string): PickleHooks {
  const fail = (message: string): never => {
    throw new WeightsError(`${where}: ${message}`);
  };

  function rebuildTensor([storage, offset, shape, strides]: PickleValue[]): TensorView {
    if (!isMade(storage, 'storage')) return fail(`expected a tensor's storage; got ${kindOf(storage)}`);
    if (!isShape(shape) || !isShape(strides) || strides.length !== shape.length || !isSize(offset))
      return fail('expected a tensor with offset, shape and strides of whole numbers; got something else');
    const view = { offset, shape, strides };
    const count = elements(shape);
    if (!(viewEnd(view) <= storage.length))
      return fail(
        `expected a tensor within the ${storage.length} numbers of its storage; got one up to ${viewEnd(view)}`,
      );
    if (count > storage.length && count > MAX_REPEATED)
      return fail(`expected a view of at most ${MAX_REPEATED} numbers; got ${count}`);
    return { kind: 'tensor', storage, ...view };
  }

  function unwrap([data]: PickleValue[]): TensorView {
    return isTensorView(data) ? data : fail(`expected the tensor of a parameter; got ${kindOf(data)}`);
  }

  function orderedDict([items = []]: PickleValue[]): PickleDict {
    const isPair = (item: PickleValue): item is [PickleValue, PickleValue] => Array.isArray(item) && item.length === 2;
    if (!Array.isArray(items) || !items.every(isPair))
      return fail(`expected pairs for an OrderedDict; got ${kindOf(items)}`);
    return new Map(items);
  }

  const functions: Readonly<Record<string, PickleFunction>> = {
    'collections.OrderedDict': orderedDict,
    'torch._utils._rebuild_tensor': rebuildTensor,
    'torch._utils._rebuild_tensor_v2': rebuildTensor,
    'torch._utils._rebuild_parameter': unwrap,
    'torch._utils._rebuild_parameter_with_state': unwrap,
  };

  return {
    global(module, name) {
      if (module === 'torch' && Object.hasOwn(STORAGE_DTYPES, name))
        return { kind: 'storageType', dtype: STORAGE_DTYPES[name]! } satisfies StorageType;
      const path = `${module}.${name}`;
      if (Object.hasOwn(functions, path)) return functions[path]!;
      return fail(
        `expected a state dict (tensors, dicts and plain values); got the Python object ${path.slice(0, 100)}, which is not ` +
          `loaded, since loading it could run code. Save model.state_dict() instead of the model`,
      );
    },
    persistent(id) {
      const [tag, type, key, , length, view = null] = Array.isArray(id) ? id : [];
      if (tag !== 'storage' || typeof key !== 'string' || !isMade(type, 'storageType') || !isSize(length))
        return fail(`expected the persistent id of a storage; got ${kindOf(id)}`);
      if (view !== null)
        return fail('expected storages of their own; got a view of a storage, as PyTorch before 0.4 wrote them');
      const storage: Storage = { kind: 'storage', key, dtype: type.dtype, length };
      return Number.isSafeInteger(storageBytes(storage))
        ? storage
        : fail(`expected a storage; got one of ${length} numbers`);
    },
  };
}
