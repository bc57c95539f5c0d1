import { katex } from '@mdit/plugin-katex';

const folders = ['image', 'losses', 'wct', 'optim', 'models', 'pipelines', 'node'];

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'pastiche',
  entryPoints: [...folders.map((folder) => `src/${folder}/index.ts`), 'src/index.ts'],
  alwaysCreateEntryPointModule: true,
  tsconfig: 'tsconfig.json',
  out: 'site',
  readme: 'README.md',
  projectDocuments: ['docs/*.md'],
  // MathML needs neither a style sheet nor fonts, so the site works offline.
  markdownItLoader: (md) => {
    md.use(katex, { output: 'mathml', throwOnError: true, strict: 'error', delimiters: 'dollars' });
  },
  searchInComments: true,
  searchInDocuments: true,
  includeVersion: true,
  excludePrivate: true,
  excludeInternal: true,
  sort: ['source-order'],
  validation: {
    notExported: true,
    invalidLink: true,
    invalidPath: true,
    notDocumented: true,
    rewrittenLink: true,
    unusedMergeModuleWith: true,
  },
  requiredToBeDocumented: ['Class', 'Function', 'Interface', 'TypeAlias', 'Variable', 'Method', 'Property'],
  // Inside of a snapshot, which is plain data and nobody's to look into.
  intentionallyNotExported: ['src/optim/snapshot.ts:Progress', 'src/optim/history.ts:Pair'],
  treatWarningsAsErrors: true,
  // Types are checked by npm run typecheck.
  skipErrorChecking: true,
  externalSymbolLinkMappings: {
    '@tensorflow/tfjs-core': { '*': 'https://js.tensorflow.org/api/latest/' },
    '@tensorflow/tfjs-converter': { '*': 'https://js.tensorflow.org/api/latest/' },
  },
  disableSources: true,
};
