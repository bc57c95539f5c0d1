import { readdirSync } from 'node:fs';
import { katex } from '@mdit/plugin-katex';
import { Converter } from 'typedoc';

/** In the order of the navigation; a guide that is not named comes after these. */
const order = [
  'getting-started',
  'choosing',
  'conventions',
  'custom-loss',
  'custom-transform',
  'lbfgs',
  'wct',
  'weights',
  'backends',
  'memory',
  'performance',
  'troubleshooting',
  'differences',
  'architecture',
];
const rank = (name) => (order.indexOf(name) + order.length + 1) % (order.length + 1);
const guides = readdirSync(new URL('docs', import.meta.url))
  .filter((name) => name.endsWith('.md'))
  .map((name) => name.slice(0, -3))
  .sort((a, b) => rank(a) - rank(b));

/** Guides are called by their first heading: front matter would show as a table where they are read as files. */
function titlesFromHeadings(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const first = document.content[0];
    const heading = /^# (.+)$/m.exec(first?.text ?? '');
    if (heading !== null) document.name = heading[1];
  });
}

/** Constraints of type parameters as they are written: `VggLayer<A>`, and not the list of forty names that it stands for. */
function constraintsAsWritten(app) {
  app.converter.on(Converter.EVENT_CREATE_SIGNATURE, (context, signature, declaration) => {
    signature.typeParameters?.forEach((parameter, i) => {
      const written = declaration?.typeParameters?.[i]?.constraint;
      if (written !== undefined) parameter.type = context.converter.convertType(context, written);
    });
  });
}

const folders = ['image', 'losses', 'wct', 'optim', 'models', 'pipelines', 'node', 'assets'];

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'pastiche',
  entryPoints: [...folders.map((folder) => `src/${folder}/index.ts`), 'src/index.ts'],
  alwaysCreateEntryPointModule: true,
  tsconfig: 'tsconfig.json',
  out: 'site',
  readme: 'README.md',
  plugin: [titlesFromHeadings, constraintsAsWritten],
  projectDocuments: guides.map((name) => `docs/${name}.md`),
  // MathML needs neither a style sheet nor fonts, so the site works offline.
  markdownItLoader: (md) => {
    md.renderer.rules.table_open = () => '<div class="scroll-box" tabindex="0"><table>\n';
    md.renderer.rules.table_close = () => '</table></div>\n';
    md.renderer.rules.td_open = (tokens, i, options, env, self) => {
      if (tokens[i + 1].content.length > 36) tokens[i].attrJoin('class', 'sentence');
      return self.renderToken(tokens, i, options);
    };
    md.use(katex, { output: 'mathml', throwOnError: true, strict: 'error', delimiters: 'dollars' });
  },
  customCss: 'docs/site.css',
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
