// What is wrong with a configuration, in words: the field, its value (never a secret), and what would be right.
import type { z } from 'zod';
import { nearest } from '../lib/nearest.js';
import type { Position } from './json.js';
import { configSchema } from './schema.js';

export type FieldPath = readonly PropertyKey[];

export interface Problem {
  readonly path: FieldPath;
  readonly text: string;
}

/** One mistake in a configuration; `position` is missing when the file itself could not be read. */
export interface ConfigProblem {
  /** `accounts[1].imap.port`; '' for the whole file. */
  readonly field: string;
  readonly text: string;
  readonly position: Position | undefined;
}

/** The configuration cannot be used; `problems` names everything that is wrong with it, `message` says it all in lines. */
export class ConfigError extends Error {
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  constructor(file: string, problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map((problem) => problemLine(file, problem)).join('\n'), options);
    this.name = 'ConfigError';
    this.file = file;
    this.problems = problems;
  }
}

function problemLine(file: string, { field, text, position }: ConfigProblem): string {
  const where = position ? `${file}:${position.line}:${position.column}` : file;
  return field === '' ? `${where}: ${text}` : `${where}: ${field} ${text}`;
}

/** `['accounts', 1, 'imap']` → `accounts[1].imap` */
export const fieldName = (path: FieldPath): string =>
  path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    const key = /^[\w$]+$/.test(String(part)) ? String(part) : JSON.stringify(String(part));
    return name === '' ? key : `${name}.${key}`;
  }, '');

/** A value as it may stand in a message; secrets and anything long or nested are not shown. */
export function shown(value: unknown, path: FieldPath): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (path.includes('password') && value !== null) return `a ${typeof value}`;
  return typeof value === 'string'
    ? JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
    : String(value);
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text in quotation marks',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object { … }',
  record: 'an object { … }',
  array: 'a list [ … ]',
};

/** The part of a schema that describes the value at `path`, without its wrappers. */
function schemaAt(path: FieldPath): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = configSchema;
  for (const part of [...path, undefined]) {
    let def: z.core.$ZodTypeDef & { innerType?: z.core.$ZodType } = (schema as z.core.$ZodType)._zod.def;
    while (def.innerType) {
      schema = def.innerType;
      def = schema._zod.def;
    }
    if (part === undefined) return schema;
    const { shape, element, valueType } = def as {
      shape?: Record<string, z.core.$ZodType>;
      element?: z.core.$ZodType;
      valueType?: z.core.$ZodType;
    };
    schema = shape?.[String(part)] ?? element ?? valueType;
    if (!schema) return undefined;
  }
  return schema;
}

function knownKeys(path: FieldPath): string[] {
  const def = schemaAt(path)?._zod.def as { shape?: object } | undefined;
  return Object.keys(def?.shape ?? {});
}

function valueAt(input: unknown, path: FieldPath): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function unknownKey(key: string, path: FieldPath): Problem {
  const keys = knownKeys(path);
  const meant = nearest(key, keys);
  const remedy = meant ? `did you mean "${meant}"?` : `known here: ${keys.join(', ')}`;
  return { path: [...path, key], text: `is not a setting: ${remedy}` };
}

const sizeText = (origin: string, size: number | bigint, least: boolean): string => {
  if (origin === 'string')
    return size === 1 && least ? 'must not be empty' : `must have at ${least ? 'least' : 'most'} ${size} characters`;
  if (origin === 'array') return `needs at ${least ? 'least' : 'most'} ${size} ${size === 1 ? 'entry' : 'entries'}`;
  return `must be ${size} or ${least ? 'more' : 'less'}`;
};

function issueText(issue: z.core.$ZodIssue, value: unknown): string {
  const { path } = issue;
  const found = shown(value, path);
  switch (issue.code) {
    case 'invalid_type': {
      const kind = KINDS[issue.expected] ?? `of type ${issue.expected}`;
      if (value === undefined) return `is missing: it must be ${kind}`;
      // Where an object should be, a text may be a password in the wrong place: do not repeat it.
      return `must be ${kind}, not ${kind === KINDS.object && typeof value === 'string' ? 'a text' : found}`;
    }
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const meant = typeof value === 'string' ? nearest(value, allowed) : undefined;
      const choice = allowed.map((word) => JSON.stringify(word)).join(', ');
      return `must be one of ${choice}, not ${found}${meant ? `: did you mean "${meant}"?` : ''}`;
    }
    case 'too_small':
    case 'too_big': {
      const least = issue.code === 'too_small';
      const text = sizeText(issue.origin, least ? issue.minimum : issue.maximum, least);
      return typeof value === 'number' ? `${text}, not ${found}` : text;
    }
    case 'invalid_format':
      return `${issue.message}: ${found}`;
    default:
      return issue.message;
  }
}

/** zod's findings in our words. */
export const schemaProblems = (issues: readonly z.core.$ZodIssue[], input: unknown): Problem[] =>
  issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey(key, issue.path))
      : [{ path: issue.path, text: issueText(issue, valueAt(input, issue.path)) }],
  );
