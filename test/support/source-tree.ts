// The program's own source as data: its files, and who imports whom. For test/unit/floor-plan.test.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { parseAst } from 'vitest/node';

/** Path below src/ → text. */
export type Sources = ReadonlyMap<string, string>;

export interface Import {
  readonly from: string;
  /** A file below src/. */
  readonly to: string;
}

/** Every TypeScript file below the directory. */
export function readSources(directory: string): Sources {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return new Map(
    paths.map((path) => join(directory, path)).map((path) => [unixPath(directory, path), readFileSync(path, 'utf8')]),
  );
}

const unixPath = (directory: string, path: string): string => relative(directory, path).split(sep).join('/');

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Every node of a file, parsed as TypeScript: a regular expression over text would believe strings and comments. */
function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item);
  if (!isNode(value)) return;
  yield value;
  for (const child of Object.values(value)) yield* nodesOf(child);
}

const parse = (text: string): Iterable<Node> =>
  nodesOf((parseAst as (text: string, options: { lang: 'ts' }) => unknown)(text, { lang: 'ts' }));

/** `import …`, `export … from`, `import()` and `import('…').Type`: type imports too, since a room is reached by them as well. */
const IMPORTING = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/** What the text imports, as written. @throws where a dynamic import cannot be read from the text */
export const specifiersOf = (text: string): string[] =>
  [...parse(text)]
    .filter((node) => IMPORTING.has(node.type))
    .flatMap((node) => {
      if (node.source === null || node.source === undefined) return []; // export { a } of this very file
      const { value } = node.source as { value?: unknown };
      if (typeof value !== 'string') throw new Error(`an import of something computed: ${JSON.stringify(node.source)}`);
      return [value];
    });

export const hasDefaultExport = (text: string): boolean =>
  [...parse(text)].some(
    (node) =>
      node.type === 'ExportDefaultDeclaration' ||
      node.type === 'TSExportAssignment' ||
      (node.type === 'ExportSpecifier' && (node.exported as { name?: string }).name === 'default'),
  );

/** The imports of our own files. @throws when one does not exist */
export const importsOf = (sources: Sources): Import[] =>
  [...sources].flatMap(([from, text]) =>
    specifiersOf(text)
      .filter((specifier) => specifier.startsWith('.'))
      .filter((specifier) => !specifier.endsWith('.json'))
      .map((specifier) => {
        const to = posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
        if (!specifier.endsWith('.js') || !sources.has(to))
          throw new Error(`${from} imports ${specifier}: no such file`);
        return { from, to };
      }),
  );

/** One import cycle for each group of files that reach one another. */
export function cyclesOf(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.push([...path.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return cycles;
}
