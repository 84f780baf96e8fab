import { defineCommand } from '../command.js';
import type { Decoder } from '../wire/decoder.js';
import { answerList, type ListArgs } from './list-answer.js';
import { parseStatusItems } from './status.js';

const SELECTION = new Set(['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE']);
const RETURN = new Set(['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE', 'STATUS']);
/** The options RECURSIVEMATCH can modify (RFC 5258 §6, list-select-base-opt; RFC 6154 §6). */
const BASE = ['SUBSCRIBED', 'SPECIAL-USE'];

/** Command: RFC 9051 §6.3.9 · Extends: RFC 5258 (LIST-EXTENDED), RFC 5819 (LIST-STATUS), RFC 6154 (SPECIAL-USE), RFC 3348 (CHILDREN) */
export const list = defineCommand<ListArgs>({
  name: 'LIST',
  states: ['authenticated', 'selected'],
  capabilities: ['CHILDREN', 'SPECIAL-USE', 'LIST-EXTENDED', 'LIST-STATUS'],
  expunges: 'allowed',
  parse: parseList,
  run: (context, args) => {
    answerList(context, args, 'LIST');
    return undefined;
  },
});

/** Command: RFC 3501 §6.3.9. With SPECIAL-USE attributes: Outlook reads them here. */
export const lsub = defineCommand<ListArgs>({
  name: 'LSUB',
  states: ['authenticated', 'selected'],
  expunges: 'allowed',
  parse: (decoder) => ({ ...parsePlain(decoder), select: new Set(['SUBSCRIBED']) }),
  run: (context, args) => {
    answerList(context, args, 'LSUB');
    return undefined;
  },
});

/** Command: XLIST, what LIST was to old Outlook and iOS: the inbox has an attribute too (clients-elsewhere.md). */
export const xlist = defineCommand<ListArgs>({
  name: 'XLIST',
  states: ['authenticated', 'selected'],
  capabilities: ['XLIST'],
  expunges: 'allowed',
  parse: parsePlain,
  run: (context, args) => {
    answerList(context, args, 'XLIST');
    return undefined;
  },
});

function parsePlain(decoder: Decoder): ListArgs {
  decoder.space();
  const reference = decoder.mailbox();
  decoder.space();
  const patterns = [decoder.listMailbox()];
  decoder.end();
  return { reference, patterns, select: new Set(), returns: new Set(), status: [], isExtended: false };
}

function parseList(decoder: Decoder): ListArgs {
  decoder.space();
  const select = new Set<string>();
  let isExtended = decoder.peek() === '(';
  if (isExtended) {
    decoder.list(() => select.add(option(decoder, SELECTION)));
    decoder.space();
  }
  if (select.has('RECURSIVEMATCH') && !BASE.some((base) => select.has(base))) {
    throw decoder.error('RECURSIVEMATCH needs SUBSCRIBED or SPECIAL-USE');
  }
  const reference = decoder.mailbox();
  decoder.space();
  const patterns: string[] = [];
  if (decoder.peek() === '(') {
    isExtended = true;
    decoder.list(() => patterns.push(decoder.listMailbox()));
    if (patterns.length === 0) throw decoder.error('expected a pattern');
  } else patterns.push(decoder.listMailbox());
  const returns = new Set<string>();
  let status: readonly string[] = [];
  if (!decoder.atEnd()) {
    decoder.space();
    if (decoder.keyword() !== 'RETURN') throw decoder.error('expected RETURN');
    decoder.space();
    isExtended = true;
    decoder.list(() => {
      const word = option(decoder, RETURN);
      if (word === 'STATUS') {
        decoder.space();
        status = parseStatusItems(decoder);
      } else returns.add(word);
    });
  }
  decoder.end();
  return { reference, patterns, select, returns, status, isExtended };
}

function option(decoder: Decoder, known: ReadonlySet<string>): string {
  const word = decoder.keyword();
  if (!known.has(word)) throw decoder.error(`unknown LIST option ${word}`);
  return word;
}
