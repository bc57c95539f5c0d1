/** Defines properties of an object anew. Returns how to take that back. */
export function replaceProperties(
  target: object,
  descriptors: Readonly<Record<string, PropertyDescriptor>>,
): () => void {
  const before = Object.keys(descriptors).map((name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const);
  for (const [name, descriptor] of Object.entries(descriptors))
    Object.defineProperty(target, name, { configurable: true, ...descriptor });
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, descriptor);
    }
  };
}

/** {@link replaceProperties} by plain values. */
export const replaceValues = (target: object, values: Readonly<Record<string, unknown>>): (() => void) =>
  replaceProperties(
    target,
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { writable: true, value }])),
  );
