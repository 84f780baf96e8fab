// The floor plan (src/README.md): who may import whom, no cycles, small files, marks that are counted.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  cyclesOf,
  hasDefaultExport,
  type Import,
  importsOf,
  readSources,
  type Sources,
  specifiersOf,
} from '../support/source-tree.js';

/** A room, or one file or directory of it. `*`: everything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  cli: ['gateway', 'config', 'demo/index.ts', 'status-socket', 'tls', 'lib'],
  gateway: ['*'],
  imap: ['core', 'mail', 'lib'],
  smtp: ['core', 'mail', 'lib'],
  web: ['core', 'mail', 'lib'],
  core: ['store', 'upstream/connector.ts', 'mail', 'lib'],
  upstream: ['mail', 'lib'],
  store: ['mail', 'lib'],
  demo: ['imap/wire', 'mail', 'lib'],
  mail: ['lib'],
  tls: ['lib'],
  config: ['lib'],
  'status-socket': ['lib'],
  lib: [],
};

const MAX_LINES = 300;

/** `imap/wire/decoder.ts` → `imap`; `cli.ts` → `cli` */
const roomOf = (path: string): string => (path.split('/')[0] ?? '').replace(/\.ts$/, '');

function isAllowed({ from, to }: Import): boolean {
  if (roomOf(from) === roomOf(to)) return true;
  // The composition root knows everybody but the command line, which starts it.
  const allowed = MAY_IMPORT[roomOf(from)] ?? [];
  if (allowed.includes('*')) return roomOf(to) !== 'cli';
  return allowed.some((target) => to === target || to.startsWith(`${target}/`) || to === `${target}.ts`);
}

const trespasses = (sources: Sources): string[] =>
  importsOf(sources)
    .filter((one) => !isAllowed(one))
    .map(({ from, to }) => `${from} imports ${to}`);

const homeless = (sources: Sources): string[] => [...sources.keys()].filter((path) => !(roomOf(path) in MAY_IMPORT));

const tooLong = (sources: Sources): string[] =>
  [...sources]
    .map(([path, text]) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines`);

const withDefaultExport = (sources: Sources): string[] =>
  [...sources].filter(([, text]) => hasDefaultExport(text)).map(([path]) => path);

/** `upstream/providers/qq.ts Quirk(qq) 6`: what differs from the books, and where we do. */
function marksOf(sources: Sources): string[] {
  const counts = new Map<string, number>();
  for (const [path, text] of sources) {
    for (const [, mark] of text.matchAll(/\b(Quirk\([^)]*\)|Deviation: RFC \d+ §[\d.]+|Deviation\b(?!: RFC \d+ §))/g)) {
      const key = `${path} ${mark}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort();
}

/** A new mark is added here on purpose, in the commit that needs it (STYLE §7: greppable and pinned). */
const MARKS: readonly string[] = [
  'core/journal/look-alikes.ts Quirk(hotmail) 1',
  'upstream/imap/body-structure-writer.ts Quirk(exchange) 1',
  'upstream/imap/body-structure-writer.ts Quirk(generic) 2',
  'upstream/imap/capabilities.ts Quirk(icloud) 1',
  'upstream/imap/client.ts Quirk(163) 1',
  'upstream/imap/connector.ts Quirk(163) 1',
  'upstream/imap/fetch.ts Quirk(cyrus) 1',
  'upstream/imap/fetch.ts Quirk(hotmail) 1',
  'upstream/imap/idle.ts Quirk(163) 1',
  'upstream/imap/mailboxes.ts Quirk(zoho) 1',
  'upstream/imap/search.ts Quirk(qq) 1',
  'upstream/imap/sets.ts Quirk(qq) 1',
  'upstream/imap/transfer.ts Quirk(gmail) 1',
  'upstream/providers/gmail.ts Quirk(gmail) 3',
  'upstream/providers/icloud.ts Quirk(icloud) 2',
  'upstream/providers/netease.ts Quirk(163) 2',
  'upstream/providers/outlook.ts Quirk(outlook) 5',
  'upstream/providers/qq.ts Quirk(qq) 8',
  'upstream/providers/yahoo.ts Quirk(yahoo) 3',
];

/** The rows of the table in src/README.md. */
function tableInReadme(): Record<string, string[]> {
  const text = readFileSync(new URL('../../src/README.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm)];
  return Object.fromEntries(
    rows.map(([, room = '', cell = '']) => [
      room,
      cell.startsWith('everything') ? ['*'] : [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
    ]),
  );
}

const src = readSources(new URL('../../src', import.meta.url).pathname);

describe('src', () => {
  it('is there', () => {
    expect(src.size).toBeGreaterThan(100);
    expect(importsOf(src).length).toBeGreaterThan(300);
  });
  it('is described by the table in src/README.md', () => expect(tableInReadme()).toEqual(MAY_IMPORT));
  it('has no file outside of the rooms', () => expect(homeless(src)).toEqual([]));
  it('imports only what its room may', () => expect(trespasses(src)).toEqual([]));
  it('has no cycle of imports', () => expect(cyclesOf(importsOf(src))).toEqual([]));
  it(`has no file over ${MAX_LINES} lines`, () => expect(tooLong(src)).toEqual([]));
  it('has no default export', () => expect(withDefaultExport(src)).toEqual([]));
  it('has the marks Quirk(…) and Deviation: RFC … that are listed here', () => expect(marksOf(src)).toEqual(MARKS));
});

describe('each rule, broken', () => {
  const tree = (files: Record<string, string>): Sources => new Map(Object.entries(files));
  const empty = { 'store/store.ts': '', 'core/core.ts': '', 'upstream/connector.ts': '', 'upstream/imap/x.ts': '' };

  it.each([
    ['a front end reaches the store', 'imap/a.ts', `import { a } from '../store/store.js';`, 'store/store.ts'],
    ['… for a type alone', 'smtp/a.ts', `import type { A } from '../store/store.js';`, 'store/store.ts'],
    ['… by export from', 'web/a.ts', `export { a } from '../store/store.js';`, 'store/store.ts'],
    ['… by export *', 'imap/a.ts', `export * from '../store/store.js';`, 'store/store.ts'],
    ['… at run time', 'imap/a.ts', `const a = await import('../store/store.js');`, 'store/store.ts'],
    ['… by a type expression', 'imap/a.ts', `type A = import('../store/store.js').A;`, 'store/store.ts'],
    ['… for its effect', 'imap/a.ts', `import '../store/store.js';`, 'store/store.ts'],
    [
      'core reaches behind the connector',
      'core/a.ts',
      `import { x } from '../upstream/imap/x.js';`,
      'upstream/imap/x.ts',
    ],
    ['lib knows somebody', 'lib/a.ts', `import type { C } from '../core/core.js';`, 'core/core.ts'],
    ['the root knows the command line', 'gateway.ts', `import { c } from './cli/main.js';`, 'cli/main.ts'],
  ])('%s', (_, from, text, to) => {
    expect(trespasses(tree({ ...empty, 'cli/main.ts': '', [from]: text }))).toEqual([`${from} imports ${to}`]);
  });

  it.each([
    ['the interface of upstream', 'core/a.ts', `import type { C } from '../upstream/connector.js';`],
    ['a neighbour', 'core/a.ts', `import { c } from './core.js';`],
    ['a comment and a string', 'lib/a.ts', `// import '../core/core.js'\nconst a = "import '../core/core.js'";`],
  ])('but not by %s', (_, from, text) => {
    expect(trespasses(tree({ ...empty, [from]: text }))).toEqual([]);
  });

  it('a file that does not exist, or a missing .js, is told', () => {
    expect(() => importsOf(tree({ 'lib/a.ts': `import './b.js';` }))).toThrow('lib/a.ts imports ./b.js: no such file');
    expect(() => importsOf(tree({ 'lib/a.ts': `import './a';` }))).toThrow('no such file');
    expect(() => specifiersOf('await import(name)')).toThrow('computed');
  });

  it('a cycle', () => {
    const files = { 'lib/a.ts': `import './b.js';`, 'lib/b.ts': `import './c.js';`, 'lib/c.ts': `import './a.js';` };
    expect(cyclesOf(importsOf(tree(files)))).toEqual([['lib/a.ts', 'lib/b.ts', 'lib/c.ts', 'lib/a.ts']]);
  });

  it('a room of its own making', () => expect(homeless(tree({ 'utils/a.ts': '' }))).toEqual(['utils/a.ts']));

  it('a long file', () => {
    expect(tooLong(tree({ 'lib/a.ts': '\n'.repeat(301), 'lib/b.ts': '\n'.repeat(300) }))).toEqual([
      'lib/a.ts: 301 lines',
    ]);
  });

  it.each([['export default 1;'], ['const a = 1; export { a as default };']])('a default export: %s', (text) => {
    expect(withDefaultExport(tree({ 'lib/a.ts': text }))).toEqual(['lib/a.ts']);
  });

  it('marks', () => {
    const text =
      '// Quirk(qq): a\n/** Quirk(qq), b */\n// Deviation: RFC 9051 §6.4.8, because\n// Deviation without a source';
    expect(marksOf(tree({ 'lib/a.ts': text }))).toEqual([
      'lib/a.ts Deviation 1',
      'lib/a.ts Deviation: RFC 9051 §6.4.8 1',
      'lib/a.ts Quirk(qq) 2',
    ]);
  });
});
