// Every rule of providers.md §13 about IMAP has a dialogue in which others watch: the transcripts say which by `rules:`.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTranscript, type Transcript } from '../support/transcript-text.js';

/** By their numbers. 34 to 36 are about SMTP (test/unit/smtp). */
const RULES: Readonly<Record<number, string>> = {
  1: 'uids rise strictly and are never used again',
  2: 'one copy, several mailboxes, a uid and a UIDVALIDITY of its own in each',
  3: 'what is immutable of a uid',
  4: 'an upstream with a new UIDVALIDITY',
  5: 'what has left a view is not deleted',
  6: 'OBJECTID',
  7: 'EXPUNGE not during FETCH, STORE and SEARCH',
  8: 'EXISTS and FETCH at any time',
  9: 'the own flag changes',
  10: 'RECENT',
  11: 'SELECT on a selected connection; EXAMINE',
  12: 'modification sequences are our own',
  13: 'what has vanished, also long ago',
  14: 'what is never offered',
  15: 'OK is durable; what is refused is taken back visibly',
  16: 'keywords that an upstream cannot keep',
  17: '\\Deleted in unified mailboxes',
  18: 'never a bare EXPUNGE',
  19: 'APPENDUID and COPYUID',
  20: 'where an APPEND or a COPY goes',
  21: 'a MOVE of which a part fails',
  22: 'MOVE between accounts',
  23: 'COPY between accounts',
  24: 'RENAME, CREATE and DELETE of what a role stands on',
  25: 'names',
  26: 'headers in raw 8-bit',
  27: 'SPECIAL-USE',
  28: '\\Noselect levels and subscriptions',
  29: 'limits',
  30: 'APPEND too large',
  31: 'hostile upstream texts',
  32: 'one account that is away',
  33: 'IDLE',
};

const directory = new URL('.', import.meta.url);
const transcripts = readdirSync(directory)
  .filter((name) => name.endsWith('.transcript'))
  .map((name) => ({ name, transcript: parseTranscript(readFileSync(new URL(name, directory), 'utf8')) }));

const clientsOf = ({ steps }: Transcript): Set<number> =>
  new Set(steps.filter(({ kind }) => kind === 'client' || kind === 'act').map(({ client }) => client));

/** Commands that get a tagged answer. */
function exchangesOf({ steps }: Transcript): number {
  const open = new Set<string>();
  let count = 0;
  for (const { kind, client, text } of steps) {
    const [tag = '', word = ''] = text.split(' ');
    if (kind === 'client') open.add(`${client} ${tag}`);
    else if (kind === 'server' && /^(OK|NO|BAD)$/.test(word) && open.delete(`${client} ${tag}`)) count++;
  }
  return count;
}

describe('the rules of providers.md §13', () => {
  it.each(Object.entries(RULES))('%s, %s: shown to two clients at least', (number) => {
    const shown = transcripts.filter(({ transcript }) => transcript.rules.includes(Number(number)));
    expect(shown.map(({ name }) => name)).not.toEqual([]);
    for (const { name, transcript } of shown) expect(clientsOf(transcript).size, name).toBeGreaterThan(1);
  });

  it('are numbered in the files as here', () => {
    const numbers = new Set(transcripts.flatMap(({ transcript }) => transcript.rules));
    expect([...numbers].sort((a, b) => a - b)).toEqual(Object.keys(RULES).map(Number));
    for (const { name, transcript } of transcripts) {
      const number = /^rule-(\d+)-/.exec(name)?.[1];
      if (number !== undefined) expect(transcript.rules, name).toContain(Number(number));
    }
  });
});

describe('the set of transcripts', () => {
  it('has some hundred exchanges', () => {
    const total = transcripts.reduce((sum, { transcript }) => sum + exchangesOf(transcript), 0);
    expect(total).toBeGreaterThanOrEqual(400);
  });

  it('counts only what is answered', () => {
    const text = [
      'about: x',
      '---',
      'C: a NOOP',
      'C: b NOOP',
      'C: more',
      'S: * OK hello',
      'S: a OK done',
      'S: z OK no',
    ];
    expect(exchangesOf(parseTranscript(text.join('\n')))).toBe(1);
  });
});
