import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/* The direction of imports: types, errors <- internal <- image | losses | wct | optim | models <- pipelines <- index. */

const root = path.resolve(process.cwd(), 'src');
const middle = ['image', 'losses', 'wct', 'optim', 'models'];

/** What each folder of src may import from src, besides itself. Entries are folders or single files without their ending. */
const allowed: Record<string, readonly string[]> = {
  types: [],
  errors: [],
  internal: ['types', 'errors'],
  ...Object.fromEntries(middle.map((folder) => [folder, ['types', 'errors', 'internal']])),
  pipelines: ['types', 'errors', 'internal', ...middle],
  node: ['types', 'errors', 'internal', 'image', 'models/weights/index', 'models/weights/rangeReader'],
  assets: ['models', 'pipelines', 'node/index'],
  index: ['types', 'errors', 'internal', ...middle, 'pipelines'],
};
const packages = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-converter'];

interface SourceFile {
  /** Relative to src, with forward slashes: `wct/moments.ts`. */
  name: string;
  tree: ts.SourceFile;
}

const sources: SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((name) => name.split(path.sep).join('/'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({
    name,
    tree: ts.createSourceFile(name, readFileSync(path.join(root, name), 'utf8'), ts.ScriptTarget.ES2022, true),
  }));

/** Every module that a file names: static imports, re-exports, `import(...)` and `typeof import(...)`. */
function importsOf({ tree }: SourceFile): string[] {
  const found: string[] = [];
  const add = (node: ts.Node | undefined): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) found.push(node.text);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal);
    else if (ts.isCallExpression(node)) {
      const callee = node.expression;
      const loads =
        callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
      if (loads) add(node.arguments[0]);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** `wct/moments.ts` and `../types.js` give `types`; undefined for a package. */
function targetOf(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return path.posix.join(path.posix.dirname(from), specifier).replace(/\.[jt]s$/, '');
}

/** `wct/moments` belongs to `wct`, `types` to itself. */
const partOf = (name: string): string => name.replace(/\.ts$/, '').split('/')[0]!;

/** Why a file must not import a module; undefined where it may. */
function complaint(from: string, specifier: string): string | undefined {
  const part = partOf(from);
  const target = targetOf(from, specifier);
  if (target === undefined) {
    const nodeOnly = specifier.startsWith('node:') || specifier === 'sharp';
    const inNode = part === 'node' || from === 'assets/node.ts';
    const known = packages.includes(specifier) || (nodeOnly && inNode);
    return known ? undefined : `${from} imports ${specifier}`;
  }
  const ok =
    partOf(target) === part || allowed[part]?.some((entry) => target === entry || target.startsWith(`${entry}/`));
  return ok === true ? undefined : `${from} imports ${specifier}`;
}

describe('the tree of src', () => {
  test('every file belongs to a known part', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.map(({ name }) => partOf(name)).filter((part) => !(part in allowed))).toEqual([]);
  });

  test('imports point in one direction; node: and sharp stay in src/node; no backend is imported', () => {
    const complaints = sources.flatMap((file) => importsOf(file).map((specifier) => complaint(file.name, specifier)));
    expect(complaints.length).toBeGreaterThan(300);
    expect(complaints.filter((text) => text !== undefined)).toEqual([]);
  });

  test('the rules refuse what they should', () => {
    const refused: [string, string][] = [
      ['losses/a.ts', '../models/taps.js'],
      ['internal/a.ts', '../losses/index.js'],
      ['types.ts', './errors.js'],
      ['models/weights/a.ts', '../../optim/lbfgs.js'],
      ['models/a.ts', '../pipelines/index.js'],
      ['node/a.ts', '../models/index.js'],
      ['pipelines/a.ts', '../node/index.js'],
      ['index.ts', './node/index.js'],
      ['assets/index.ts', 'node:fs'],
      ['index.ts', './assets/index.js'],
      ['models/a.ts', 'node:fs'],
      ['wct/a.ts', 'fs'],
      ['wct/a.ts', '@tensorflow/tfjs-backend-cpu'],
      ['node/a.ts', '@tensorflow/tfjs'],
      ['image/a.ts', 'sharp'],
    ];
    for (const [from, specifier] of refused) expect(complaint(from, specifier)).toBe(`${from} imports ${specifier}`);
    const accepted: [string, string][] = [
      ['node/a.ts', 'node:fs'],
      ['node/a.ts', '../models/weights/rangeReader.js'],
      ['models/weights/a.ts', '../architectures.js'],
      ['pipelines/a.ts', '../losses/index.js'],
    ];
    for (const [from, specifier] of accepted) expect(complaint(from, specifier)).toBeUndefined();
  });

  test('importing has no effect: files consist of declarations', () => {
    // A call at the top level may still stand in a declaration (a table being built); a statement of its own may not.
    const effects = sources.flatMap(({ name, tree }) =>
      tree.statements
        .filter(
          (node) =>
            (ts.isImportDeclaration(node) && node.importClause === undefined) ||
            !(
              ts.isImportDeclaration(node) ||
              ts.isExportDeclaration(node) ||
              ts.isVariableStatement(node) ||
              ts.isFunctionDeclaration(node) ||
              ts.isClassDeclaration(node) ||
              ts.isInterfaceDeclaration(node) ||
              ts.isTypeAliasDeclaration(node) ||
              ts.isModuleDeclaration(node)
            ),
        )
        .map((node) => `${name}: ${node.getText(tree).slice(0, 80)}`),
    );
    expect(effects).toEqual([]);
  });
});
