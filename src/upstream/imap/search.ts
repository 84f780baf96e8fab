// UID SEARCH: the list of all uids, and single text criteria.
import type { ImapResponse } from 'imapflow';
import type { UpstreamSearch } from '../connector.js';
import { uint32Of } from './tokens.js';
import type { CommandPart, Wire } from './wire.js';

/** Flat criteria only. Quirk(qq): parenthesised ones are ignored and everything comes back. */
export const allUids = (wire: Wire): Promise<Uint32Array> => uidSearch(wire, ['ALL']);

export async function search(wire: Wire, criterion: UpstreamSearch): Promise<Uint32Array> {
  const key = criterion.key === 'header' ? `HEADER ${fieldName(criterion.field)}` : criterion.key.toUpperCase();
  const isAscii = /^[\u0020-\u007e]*$/.test(criterion.text);
  // A literal carries what a quoted string may not: 8-bit text.
  const text: CommandPart = isAscii
    ? `"${criterion.text.replace(/["\\]/g, '\\$&')}"`
    : Buffer.from(criterion.text.replaceAll('\0', ''), 'utf8');
  return uidSearch(wire, [isAscii ? key : `CHARSET UTF-8 ${key}`, text]);
}

/** A field name is an astring; what no header field is called finds nothing rather than breaking the command. */
const fieldName = (field: string): string => `"${field.replace(/[^\u0021-\u007e]|["\\]/g, '')}"`;

async function uidSearch(wire: Wire, args: readonly CommandPart[]): Promise<Uint32Array> {
  const found: number[][] = [];
  await wire.run('UID SEARCH', args, {
    untagged: {
      SEARCH: (response) => {
        found.push(numbersOf(response));
      },
    },
  });
  const [first = [], ...more] = found;
  const uids = Uint32Array.from(more.length === 0 ? first : new Set([first, ...more].flat())).sort();
  return uids;
}

const numbersOf = ({ numbers, attributes }: ImapResponse): number[] =>
  (numbers ?? (attributes ?? []).map((token) => uint32Of(token) ?? 0)).filter((uid) => uid >= 1 && uid <= 0xffff_ffff);
