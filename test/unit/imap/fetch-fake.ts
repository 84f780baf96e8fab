// A mailbox in memory behind the little of Core that FETCH, STORE, COPY and SEARCH use, and a client's socket to read from.
import { Writable } from 'node:stream';
import type {
  Core,
  FetchRow,
  InternedFlags,
  MailboxId,
  MailboxSnapshot,
  MessageBody,
  StoreRequest,
  Transfer,
} from '../../../src/core/core.js';
import type { Completion } from '../../../src/imap/command.js';
import { commandByName } from '../../../src/imap/commands/index.js';
import { createReply } from '../../../src/imap/reply.js';
import { Selected } from '../../../src/imap/selected.js';
import type { Session } from '../../../src/imap/session.js';
import { Decoder } from '../../../src/imap/wire/decoder.js';
import { flagSetText, SystemFlag } from '../../../src/mail/flags.js';
import { asUid } from '../../../src/mail/ids.js';
import type { SearchCriteria } from '../../../src/mail/search-criteria.js';
import { type NumberRanges, rangesInclude } from '../../../src/mail/sequence-set.js';

export interface FakeMessage {
  uid: number;
  modseq?: number;
  system?: number;
  keywords?: string[];
  row?: Partial<FetchRow>;
  body?: string | Buffer | Partial<MessageBody>;
}

export interface FakeMailbox {
  readonly core: Core;
  readonly messages: FakeMessage[];
  readonly stores: StoreRequest[];
  readonly searched: SearchCriteria[];
  readonly calls: string[];
  modseq: number;
  hits: number[];
  transfer: Transfer;
  select(readOnly?: boolean): FakeClient;
}

export interface FakeClient {
  readonly selected: Selected;
  /** Runs a command without its tag; resolves with what was written and the completion. */
  run(line: string): Promise<{ text: string; completion: Completion | undefined }>;
  /** What has been written so far, also by a command that threw. */
  written(): Promise<string>;
  readonly controller: AbortController;
}

const ID = 1 as MailboxId;

export function fakeMailbox(given: FakeMessage[]): FakeMailbox {
  const messages = [...given];
  const stores: StoreRequest[] = [];
  const searched: SearchCriteria[] = [];
  const calls: string[] = [];
  const made: FakeMailbox = {
    core: undefined as unknown as Core,
    messages,
    stores,
    searched,
    calls,
    modseq: 1,
    hits: [],
    transfer: { uidValidity: 7, pairs: [] },
    select: (readOnly = false) => client(made, new Selected(snapshot(), readOnly, undefined, ['x', 'y'])),
  };
  const snapshot = (): MailboxSnapshot => ({
    mailboxId: ID,
    uidValidity: 7,
    uidNext: 1000,
    modseq: made.modseq,
    uids: Uint32Array.from(messages.map(({ uid }) => uid)),
    flagIds: Uint32Array.from(messages.keys()),
    modseqs: Float64Array.from(messages, ({ modseq = 1 }) => modseq),
    flagTable: messages.map(flagsOf),
  });
  const core = {
    mailboxes: { get: () => ({ uidValidity: 7 }) },
    reads: {
      snapshot,
      changesSince: () => ({ modseq: made.modseq, vanished: [], changed: [] }),
      rows: async function* (_: MailboxId, uids: Uint32Array) {
        calls.push('rows');
        for (const pair of chunks(uids, 2))
          yield pair.flatMap((uid) => messages.filter((m) => m.uid === uid).map(rowOf));
      },
      bodies: async function* (_: MailboxId, uids: Uint32Array) {
        calls.push('bodies');
        for (const uid of uids) yield { uid: asUid(uid), body: bodyOf(messages.find((m) => m.uid === uid)) };
      },
      search: async (_: MailboxId, criteria: SearchCriteria) => {
        searched.push(criteria);
        return { uids: Uint32Array.from(made.hits), scores: Uint8Array.from(made.hits, () => 100) };
      },
    },
    actions: {
      storeFlags: (_: MailboxId, request: StoreRequest) => {
        stores.push(request);
        made.modseq++;
        for (const message of messages) if (rangesInclude(request.uids, message.uid)) apply(message, request);
        return { modified: [] };
      },
      copy: (_: MailboxId, uids: NumberRanges, path: string) => note(made, `copy ${JSON.stringify(uids)} ${path}`),
      move: (_: MailboxId, uids: NumberRanges, path: string) => note(made, `move ${JSON.stringify(uids)} ${path}`),
    },
  };
  return Object.assign(made, { core: core as unknown as Core });
}

const note = (mailbox: FakeMailbox, call: string): Transfer => {
  mailbox.calls.push(call);
  return mailbox.transfer;
};

function apply(message: FakeMessage, { operation, flags }: StoreRequest): void {
  const old = { system: message.system ?? 0, keywords: message.keywords ?? [] };
  if (operation === 'replace') Object.assign(message, { system: flags.system, keywords: [...flags.keywords] });
  if (operation === 'add') {
    message.system = old.system | flags.system;
    message.keywords = [...new Set([...old.keywords, ...flags.keywords])];
  }
  if (operation === 'remove') {
    message.system = old.system & ~flags.system;
    message.keywords = old.keywords.filter((keyword) => !flags.keywords.includes(keyword));
  }
}

const flagsOf = ({ system = SystemFlag.Seen, keywords = [] }: FakeMessage): InternedFlags => ({
  system,
  keywords,
  wire: flagSetText({ system, keywords }),
});

const rowOf = ({ uid, row }: FakeMessage): FetchRow => ({
  uid,
  internalDate: 0,
  sizeBytes: 0,
  modseq: 1,
  envelope: '',
  bodyStructure: '',
  headers: '',
  ...row,
});

function bodyOf(message: FakeMessage | undefined): MessageBody | undefined {
  const body = message?.body;
  if (body === undefined) return undefined;
  if (typeof body === 'object' && !Buffer.isBuffer(body)) return { sizeBytes: 0, bytes: fail, stream: fail, ...body };
  const bytes = Buffer.from(body as string, 'latin1');
  return {
    sizeBytes: bytes.length,
    bytes: async () => bytes,
    stream: async function* (start = 0, end = bytes.length) {
      for (let at = start; at < Math.min(end, bytes.length); at += 1000)
        yield bytes.subarray(at, Math.min(at + 1000, end));
    },
  };
}

const fail = (): never => {
  throw new Error('not to be called');
};

function* chunks(uids: Uint32Array, size: number): Generator<number[]> {
  for (let i = 0; i < uids.length; i += size) yield [...uids.subarray(i, i + size)];
}

function client({ core }: FakeMailbox, selected: Selected): FakeClient {
  let text = '';
  const socket = new Writable({
    highWaterMark: 4096,
    write: (chunk: Buffer, _, done) => {
      text += chunk.toString('latin1');
      setImmediate(done);
    },
  });
  const reply = createReply(socket);
  const controller = new AbortController();
  const written = async (): Promise<string> => {
    reply.flush();
    await new Promise<void>((resolve) => socket.write('', () => resolve()));
    return text;
  };
  const session = {
    enabled: new Set(),
    state: { kind: 'selected', device: { name: 'x' }, selected },
  } as unknown as Session;
  return {
    selected,
    controller,
    written,
    run: async (line) => {
      text = '';
      const [, uidWord, name = '', rest = ''] = /^(UID )?([A-Z]+)(.*)$/s.exec(line) ?? [];
      const command = commandByName.get(name);
      if (!command) throw new Error(`no command ${name}`);
      const uid = uidWord !== undefined;
      const args = command.parse(new Decoder(rest), uid);
      const context = { core, session, reply, tag: 'a', uid, rev2: false, utf8: false, signal: controller.signal };
      const completion = await command.run({ ...context, conversation: undefined as never }, args);
      return { text: await written(), completion };
    },
  };
}
