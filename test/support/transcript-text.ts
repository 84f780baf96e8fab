// How a *.transcript is written. Header lines `word: value`, a line `---`, then the dialogue:
//
//   C: a1 NOOP            a client sends the line (lines that follow each other go out in one packet)
//   S: a1 OK {*}          the server answers exactly this; C2:/S2: and so on are further clients
//   S*: * 1 EXISTS        of neighbouring lines marked so, the order does not matter
//   C! starttls           the client does something that is no line: see transcript.ts
//   U: QQ deliver INBOX … somebody changes the upstream; the dialogue goes on when the gateway has seen it
//   # …                   a remark
//
// In a line `\xHH` is that byte. In S: lines `{*}` stands for any text, and `{name}` for a word that is the same wherever
// the name appears again; in C: lines `{name}` is replaced by that word.

export interface Step {
  readonly kind: 'client' | 'server' | 'act' | 'upstream';
  /** Which client, from 1. */
  readonly client: number;
  readonly text: string;
  /** An `S*:` line. */
  readonly anyOrder: boolean;
  readonly lineNumber: number;
}

export interface StartMessage {
  readonly account: string;
  readonly path: string;
  readonly flags: readonly string[];
  /** The subject, or `@file` for a fixture. */
  readonly what: string;
}

export interface Transcript {
  readonly about: string;
  /** Capability words that must be offered after login. */
  readonly needs: readonly string[];
  /** Rules of providers.md §13 that it shows. */
  readonly rules: readonly number[];
  readonly accounts: readonly string[];
  /** What an account's server cannot do: `upstream: Hotmail lacks keywords uidplus`. */
  readonly lacks: ReadonlyMap<string, readonly string[]>;
  /** What it tells in PERMANENTFLAGS: `upstream: Hotmail keeps \Seen \Deleted $Junk`. */
  readonly keeps: ReadonlyMap<string, readonly string[]>;
  /** `account/path` */
  readonly mailboxes: readonly { readonly account: string; readonly path: string }[];
  readonly messages: readonly StartMessage[];
  /** `login`: clients are logged in when the dialogue starts; `greeting`: they have read nothing yet. */
  readonly start: 'login' | 'greeting';
  readonly plaintext: boolean;
  /** COMPRESS is offered. */
  readonly compress: boolean;
  /** Which of the accounts' own mailboxes are shown. */
  readonly trees: 'all' | 'folders' | 'none';
  /** `device: phone secret QRESYNC`: one more, its password, and what it is not offered. */
  readonly devices: readonly {
    readonly name: string;
    readonly password: string;
    readonly without: readonly string[];
  }[];
  readonly steps: readonly Step[];
}

/** @throws {Error} naming the line that is none */
export function parseTranscript(text: string): Transcript {
  const lines = text.split('\n');
  const cut = lines.indexOf('---');
  if (cut < 0) throw new Error('a transcript has a header, then a line ---');
  return { ...parseHeader(lines.slice(0, cut)), steps: parseSteps(lines.slice(cut + 1), cut + 2) };
}

function parseHeader(lines: readonly string[]): Omit<Transcript, 'steps'> {
  const values = new Map<string, string[]>();
  for (const line of lines.filter(isContent)) {
    const [, word, value] =
      /^(about|needs|rules|accounts|upstream|mailbox|message|start|plaintext|compress|trees|device): (.*)$/.exec(
        line,
      ) ?? [];
    if (word === undefined || value === undefined) throw new Error(`no header line: ${line}`);
    values.set(word, [...(values.get(word) ?? []), value]);
  }
  const one = (word: string, otherwise: string) => values.get(word)?.[0] ?? otherwise;
  const start = one('start', 'login');
  if (start !== 'login' && start !== 'greeting') throw new Error(`start: ${start}`);
  const trees = one('trees', 'all');
  if (trees !== 'all' && trees !== 'folders' && trees !== 'none') throw new Error(`trees: ${trees}`);
  const upstreams = (wanted: 'lacks' | 'keeps') =>
    new Map(
      (values.get('upstream') ?? [])
        .map(upstreamOf)
        .filter(({ verb }) => verb === wanted)
        .map(({ account, words }) => [account, words] as const),
    );
  return {
    about: one('about', ''),
    needs: one('needs', '').split(' ').filter(Boolean),
    rules: one('rules', '').split(' ').filter(Boolean).map(Number),
    accounts: one('accounts', 'QQ Hotmail').split(' '),
    lacks: upstreams('lacks'),
    keeps: upstreams('keeps'),
    mailboxes: (values.get('mailbox') ?? []).map(placeOf),
    messages: (values.get('message') ?? []).map(parseMessage),
    start,
    plaintext: one('plaintext', 'yes') === 'yes',
    compress: one('compress', 'no') === 'yes',
    trees,
    devices: (values.get('device') ?? []).map((text) => {
      const [name = '', password = '', ...without] = text.split(' ');
      return { name, password, without };
    }),
  };
}

/** `Hotmail lacks keywords uidplus`, `Hotmail keeps \Seen $Junk` */
function upstreamOf(text: string): { account: string; verb: string; words: readonly string[] } {
  const [, account = '', verb = '', what = ''] = /^(\S+) (lacks|keeps) (.+)$/.exec(text) ?? [];
  if (account === '') throw new Error(`no upstream line: ${text}`);
  return { account, verb, words: what.split(' ') };
}

function placeOf(text: string): { account: string; path: string } {
  const [account = '', ...parts] = text.split('/');
  return { account, path: parts.join('/') };
}

/** `QQ/INBOX (\Seen) Subject words` or `QQ/INBOX @multipart.eml` */
export function parseMessage(text: string): StartMessage {
  const match = /^(\S+)(?: \(([^)]*)\))? (.+)$/.exec(text);
  if (!match) throw new Error(`no message: ${text}`);
  const [, place = '', flags = '', what = ''] = match;
  return { ...placeOf(place), flags: flags.split(' ').filter(Boolean), what };
}

const isContent = (line: string): boolean => line.trim() !== '' && !line.startsWith('#');

function parseSteps(lines: readonly string[], firstNumber: number): Step[] {
  return lines.flatMap((line, i): Step[] => {
    if (!isContent(line)) return [];
    const lineNumber = firstNumber + i;
    const match = /^(?:([CS])(\d?)(\*?)([:!])|(U)():) ?(.*)$/.exec(line);
    if (!match) throw new Error(`line ${lineNumber} is no step: ${line}`);
    const [, who, number, star, mark, upstream, , text = ''] = match;
    const client = Number(number || 1);
    const anyOrder = star === '*';
    if (upstream) return [{ kind: 'upstream', client: 0, text, anyOrder: false, lineNumber }];
    if (mark === '!') return [{ kind: 'act', client, text, anyOrder: false, lineNumber }];
    return [{ kind: who === 'C' ? 'client' : 'server', client, text, anyOrder, lineNumber }];
  });
}

const bytes = (text: string): string =>
  Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const NAME = /\{([a-z][A-Za-z0-9]*)\}/g;

/** What a C: line sends, without its end. */
export const clientLine = (text: string, names: ReadonlyMap<string, string>): string =>
  bytes(
    text.replace(NAME, (_, name: string) => {
      const value = names.get(name);
      if (value === undefined) throw new Error(`{${name}} has no value yet`);
      return value;
    }),
  );

/** Whether the line is what the S: line says; names it binds are added to `names` if it is. */
export function matchLine(pattern: string, line: string, names: Map<string, string>): boolean {
  const fresh: string[] = [];
  const source = bytes(pattern)
    .split(/(\{\*\}|\{[a-z][A-Za-z0-9]*\})/)
    .map((piece, i) => {
      if (i % 2 === 0) return literally(piece);
      if (piece === '{*}') return '.*';
      const name = piece.slice(1, -1);
      const known = names.get(name);
      if (known !== undefined) return literally(known);
      if (fresh.includes(name)) return `\\k<${name}>`;
      fresh.push(name);
      return `(?<${name}>[^ )\\]]+)`;
    })
    .join('');
  const match = new RegExp(`^${source}$`, 's').exec(line);
  if (!match) return false;
  for (const name of fresh) names.set(name, match.groups?.[name] ?? '');
  return true;
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
