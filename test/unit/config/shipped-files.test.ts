import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchemaText, loadConfig } from '../../../src/config/index.js';

const root = new URL('../../../', import.meta.url);
const textOf = (name: string): string => readFileSync(new URL(name, root), 'utf8');

describe('gateway.config.schema.json', () => {
  it('is what src/config/schema.ts says (else: npm run schema)', () => {
    expect(textOf('gateway.config.schema.json')).toBe(configJsonSchemaText());
  });

  it('describes every field, so that an editor can explain it', () => {
    const undescribed: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string): void => {
      const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
      for (const [name, field] of Object.entries(properties)) {
        // A list's or a nested object's fields are named by their place; `name` of an account must say what it is.
        if (typeof field.description !== 'string') undescribed.push(`${path}${name}`);
        walk(field, `${path}${name}.`);
        if (typeof field.items === 'object') walk(field.items as Record<string, unknown>, `${path}${name}[].`);
      }
    };
    const schema = JSON.parse(configJsonSchemaText()) as Record<string, unknown>;
    walk(schema, '');
    expect(Object.keys(schema.properties as object).length).toBeGreaterThan(5);
    expect(undescribed).toEqual([]);
  });
});

describe('gateway.config.json as shipped', () => {
  const config = loadConfig(new URL('gateway.config.json', root).pathname);

  it('has the three demo accounts and warns of nothing', () => {
    expect(config.accounts.map(({ name, kind, default: isDefault }) => ({ name, kind, isDefault }))).toEqual([
      { name: 'QQ', kind: 'demo', isDefault: true },
      { name: 'Gmail', kind: 'demo', isDefault: false },
      { name: 'Hotmail', kind: 'demo', isDefault: false },
    ]);
    expect(config.warnings).toEqual([]);
  });

  it('points an editor at the schema beside it', () => {
    const { $schema } = JSON.parse(textOf('gateway.config.json')) as { $schema: string };
    expect($schema).toBe('./gateway.config.schema.json');
  });

  it('listens on this machine only, on the ports of the README', () => {
    const { host, imap, imaps, smtp, smtps, plaintextOnLoopback } = config.listen;
    expect([host, imap, imaps, smtp, smtps]).toEqual(['127.0.0.1', 1143, 1993, 1587, 1465]);
    expect(plaintextOnLoopback).toBe(false);
  });
});
