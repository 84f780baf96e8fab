// What the connector contract needs of an upstream, besides the connector: hands of its own on the same account.
import { expect } from 'vitest';
import type { UpstreamError } from '../../src/mail/errors.js';
import { asUpstreamUid, type UpstreamUid } from '../../src/mail/ids.js';
import type {
  AppendSource,
  Connector,
  FlagRow,
  HeaderRow,
  ListingRow,
  SourcePath,
  UpstreamCapabilities,
  UpstreamSession,
} from '../../src/upstream/connector.js';

export interface DirectMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  /** latin1 */
  readonly body: string;
}

/** The account by another way than the connector under test. */
export interface Direct {
  readonly delimiter: string;
  create(path: SourcePath): Promise<void>;
  exists(path: SourcePath): Promise<boolean>;
  /** Returns the uid. */
  deliver(
    path: SourcePath,
    message: string,
    options?: { flags?: readonly string[]; internalDate?: number },
  ): Promise<number>;
  messages(path: SourcePath): Promise<readonly DirectMessage[]>;
  setFlags(path: SourcePath, uid: number, change: '+' | '-', flags: readonly string[]): Promise<void>;
  expunge(path: SourcePath, uid: number): Promise<void>;
}

export interface ContractUpstream {
  readonly connector: Connector;
  readonly direct: Direct;
  stop(): Promise<void>;
}

/** What a kind of server is known not to do; everything else it must. */
export interface ContractFacts {
  /** What a session must say of it, so that no capability gets lost, or in, unnoticed. */
  readonly can?: Partial<Omit<UpstreamCapabilities, 'words'>>;
  /** The keywords that are kept, as PERMANENTFLAGS lists them; undefined: any. All others are dropped. */
  readonly keptKeywords?: readonly string[];
  /** STATUS does not tell UIDNEXT. */
  readonly noStatusUidNext?: boolean;
  /** An expunge by another client is told only when IDLE ends. */
  readonly lateExpungeNews?: boolean;
  /** Flag changes by others are not told while waiting. */
  readonly noFlagNews?: boolean;
  /** Mailbox names are ASCII letters, digits and little else. */
  readonly plainNames?: boolean;
  /** The server rebuilds messages: bytes need not come back as they went in. */
  readonly rewrites?: boolean;
  /** A slash in a name is refused, though it is not the delimiter. */
  readonly noSlashNames?: boolean;
  /** RENAME of what is not there is answered OK. */
  readonly renamesNothing?: boolean;
  /** 8-bit bytes in header fields do not survive. */
  readonly asciiHeaders?: boolean;
  /** Mailboxes are labels on one store: a COPY is no second message, and \Deleted takes a label away at once. */
  readonly labelStore?: boolean;
  /** A message without a line end behind it gets one. */
  readonly addsLineEnd?: boolean;
  /** Longest time until a change is told. */
  readonly newsMs?: number;
}

export interface ContractContext {
  readonly facts: ContractFacts;
  up(): ContractUpstream;
  /** A session that is closed when the work is done. */
  withSession<T>(work: (session: UpstreamSession) => Promise<T>): Promise<T>;
  /** A new, empty mailbox of this test's own. */
  freshMailbox(): Promise<SourcePath>;
}

let samples = 0;

/** A message with a subject that tells it from others, and a Message-ID that no other call gives. */
export const sampleMessage = (subject: string, body = 'Hello\r\n'): string => {
  samples += 1;
  return [
    'Received: from a.test by b.test; Thu, 1 Jan 2026 10:00:00 +0000',
    'Date: Thu, 1 Jan 2026 10:00:00 +0000',
    'From: Alice <alice@a.test>',
    'To: bob@b.test',
    `Subject: ${subject}`,
    `Message-ID: <${subject.replace(/[^A-Za-z0-9]/g, '.')}.${samples}.${Date.now().toString(36)}@a.test>`,
    'X-Not-Kept: this field is not asked for',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    body,
  ].join('\r\n');
};

export const multipartMessage = (): string =>
  [
    'From: Alice <alice@a.test>',
    'Subject: two parts',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="b1"',
    '',
    '--b1',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'one',
    '--b1',
    'Content-Type: application/pdf; name="x.pdf"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: attachment; filename="x.pdf"',
    '',
    'AAAA',
    '--b1--',
    '',
  ].join('\r\n');

export const sourceOf = (text: string | Uint8Array, pieceBytes = 1000): AppendSource => {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
  return {
    sizeBytes: bytes.byteLength,
    async *open() {
      for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    },
  };
};

/** All rows a fetch hands over. */
export async function gather<Row extends FlagRow | ListingRow | HeaderRow>(
  fetch: (onBatch: (rows: Row[]) => void) => Promise<unknown>,
): Promise<Row[]> {
  const all: Row[] = [];
  await fetch((rows) => {
    all.push(...rows);
  });
  return all.sort((a, b) => a.uid - b.uid);
}

export async function bodiesOf(session: UpstreamSession, uids: readonly number[]): Promise<Map<UpstreamUid, string>> {
  const bodies = new Map<UpstreamUid, string>();
  await session.fetchBodies(uids.map(asUpstreamUid), async (uid, body) => {
    expect(bodies.has(uid)).toBe(false);
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(Buffer.from(piece));
    bodies.set(uid, Buffer.concat(pieces).toString('latin1'));
  });
  return bodies;
}

export const EVERYTHING = [[1, 0xffff_ffff]] as const;

/** The UpstreamError a promise rejects with. */
export async function refusalOf(work: Promise<unknown>): Promise<UpstreamError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(outcome).toMatchObject({ name: 'UpstreamError' });
  return outcome as UpstreamError;
}

/** Of these flags, what the server keeps. */
export const keptBy = ({ keptKeywords }: ContractFacts, flags: readonly string[]): string[] =>
  sorted(flags.filter((flag) => flag.startsWith('\\') || (keptKeywords?.includes(flag) ?? true)));

export const sorted = (words: readonly string[]): string[] => [...words].sort();
