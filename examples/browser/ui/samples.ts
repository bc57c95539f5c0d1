/// <reference types="vite/types/importMeta.d.ts" />

/** A picture that comes with the page. */
export interface Sample {
  readonly name: string;
  readonly url: string;
}

// Whatever stands in assets/ under these names. Vite replaces the calls by their results, so everything in them is literal.
const files = import.meta.glob<string>('../../../assets/*-*.png', { query: '?url', import: 'default', eager: true });

/** Named after their files, the usual one first. */
function samplesOf(kind: string, first: string): Sample[] {
  const named = Object.entries(files).flatMap(([file, url]) => {
    const [, itsKind, name] = /(\w+)-([^/]+)\.png$/.exec(file)!;
    return itsKind === kind ? [{ name: name!.charAt(0).toUpperCase() + name!.slice(1), url }] : [];
  });
  return named.sort((a, b) => Number(b.name === first) - Number(a.name === first));
}

export const contents = samplesOf('content', 'Harbour');
export const styles = samplesOf('style', 'Swirls');
