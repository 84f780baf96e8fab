// What the two READMEs say is what the program does.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configJsonSchemaText, KNOWN_PROVIDERS, loadConfig } from '../../src/config/index.js';
import { quirksSchema } from '../../src/config/quirks-schema.js';
import { capabilityWords } from '../../src/imap/commands/index.js';
import { temporaryDirectories } from '../support/temporary-directory.js';

const makeDirectory = temporaryDirectories();
const root = new URL('../../', import.meta.url);
const textOf = (name: string): string => readFileSync(new URL(name, root), 'utf8');

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
}

/** `listen.host`, `accounts[].name`; objects that the table explains in one row count as one. */
const ONE_ROW = new Set([
  'accounts[].imap',
  'accounts[].smtp',
  'accounts[].auth',
  'accounts[].serverCertificate',
  'accounts[].quirks',
]);
function fields({ properties = {} }: Schema, path = ''): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const here = `${path}${name}`;
    if (ONE_ROW.has(here)) return [here];
    if (field.items?.properties) return fields(field.items, `${here}[].`);
    return field.properties ? fields(field, `${here}.`) : [here];
  });
}

/** The fields that the first cells of the configuration table name: `` `listen.imap`, `imaps` `` are two. */
function documented(text: string): string[] {
  return [...text.matchAll(/^\| (`[^|]+`) \| [^|]+ \| [^|]+ \|$/gm)].flatMap(([, cell = '']) => {
    const [first = '', ...others] = [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    const parent = first.replace(/[^.]*$/, '');
    return [first, ...others.map((name) => parent + name.replace(/^\./, ''))];
  });
}

describe.each(['README.md', 'README.zh-CN.md'])('%s', (name) => {
  const text = textOf(name);

  it('names every quirk', () => {
    const names = [
      ...Object.keys(quirksSchema.unwrap().shape),
      ...Object.keys(quirksSchema.unwrap().shape.budgets.unwrap().shape),
    ];
    expect(names.filter((quirk) => !text.includes(`\`${quirk}\``))).toEqual([]);
  });

  it('explains every field of the configuration, and no other', () => {
    const expected = fields(JSON.parse(configJsonSchemaText()) as Schema).filter((field) => field !== '$schema');
    expect(expected.length).toBeGreaterThan(20);
    expect(documented(text).sort()).toEqual(expected.sort());
  });

  it('shows accounts that load', () => {
    const [, json = ''] = /```json\n(\{[\s\S]*?"accounts"[\s\S]*?)```/.exec(text) ?? [];
    const file = join(makeDirectory(), 'gateway.config.json');
    writeFileSync(file, json);
    const { accounts } = loadConfig(file, { lazySecrets: true });
    expect(accounts.map((account) => account.name)).toEqual(['QQ', 'Gmail', 'Work']);
    expect(accounts[2]).toMatchObject({
      provider: 'generic',
      default: true,
      imap: { host: 'imap.example.org', port: 993, tls: 'implicit' },
      smtp: { host: 'smtp.example.org', port: 587, tls: 'starttls' },
    });
  });

  it('has a row for every known provider', () => {
    const cells = [...text.matchAll(/^\| [^|]+ \| ([^|]+) \|/gm)].map((match) => match[1] ?? '').join(' ');
    for (const provider of KNOWN_PROVIDERS) expect(cells).toContain(`\`${provider}\``);
  });

  it('names what IMAP programs are offered, and denies none of it', () => {
    const [, served = '', limits = ''] = /\n## [^\n]*IMAP[^\n]*\n([\s\S]*?)\n## [^\n]*\n([\s\S]*)/.exec(text) ?? [];
    const named = (part: string): Set<string> => new Set(part.match(/[A-Z0-9][\w+=-]*[\w+]/g));
    const [here, there] = [named(served), named(limits)];
    expect(capabilityWords.length).toBeGreaterThan(40);
    expect(capabilityWords.filter((word) => !here.has(word))).toEqual([]);
    // COPY, MOVE and STORE stand there as the commands they are.
    expect(capabilityWords.filter((word) => word !== 'MOVE' && there.has(word))).toEqual([]);
  });

  it('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(new URL(link, root)))).toEqual([]);
  });
});

it('the twins have the same sections and the same commands', () => {
  const shape = (text: string) => ({
    sections: [...text.matchAll(/^## /gm)].length,
    rows: [...text.matchAll(/^\| /gm)].length,
    code: [...text.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map((match) => match[2]?.replace(/<[^>]+>/g, '<>')),
  });
  expect(shape(textOf('README.zh-CN.md'))).toEqual(shape(textOf('README.md')));
});
