// Messages that can be told apart, and what a mailbox shows, for tests of core.
import { inLanguage } from '../../src/lib/languages.js';
import { type FlagSet, flagSetText } from '../../src/mail/flags.js';
import { asUid, type Uid } from '../../src/mail/ids.js';
import type { NumberRanges } from '../../src/mail/sequence-set.js';
import type { Rig } from './core-harness.js';
import { type FakeUpstream, flags, type PathLike } from './fake-connector.js';

/** A small message of its own; `token` is its Message-ID, its subject and its body. */
export const mail = (token: string, from = 'somebody@example.org'): string =>
  [
    `From: ${from}`,
    'To: me@example.org',
    `Subject: ${token}`,
    `Message-ID: <${token}@test>`,
    'Date: Thu, 01 Jan 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    `This is ${token}.`,
    '',
  ].join('\r\n');

/** The token of a message made by `mail`, from its bytes or its header block. */
export const tokenIn = (text: string): string => /^message-id:\s*<([^@>]*)@test>/im.exec(text)?.[1] ?? '';
/** Not that of a message which it quotes. */
export const tokenOf = (bytes: Uint8Array): string =>
  tokenIn(Buffer.from(bytes).toString('latin1').split('\r\n\r\n', 1)[0] ?? '');

/** The tokens in an upstream mailbox, in uid order. */
export const upstreamTokens = (fake: FakeUpstream, path: PathLike): string[] =>
  fake.contents(path).map(({ bytes }) => tokenOf(bytes));

export interface Shown {
  readonly uid: Uid;
  readonly token: string;
  readonly modseq: number;
  /** Without the account's own tag. */
  readonly flags: string;
}

/** What the mailbox shows, straight from the store: a look that costs no upstream anything. */
export function shown({ store, idOf }: Rig, path: string): Shown[] {
  const rows = store.database.sqlite
    .prepare(
      `SELECT e.uid, e.modseq, ifnull(m.messageIdHeader, '') AS messageId, c.flags, c.keywords FROM entries e
       JOIN copies c ON c.id = e.copyId JOIN messages m ON m.id = c.messageId WHERE e.mailboxId = ? ORDER BY e.uid`,
    )
    .all(idOf(path)) as { uid: number; modseq: number; messageId: string; flags: number; keywords: string }[];
  return rows.map(({ uid, modseq, messageId, flags, keywords }) => ({
    uid: asUid(uid),
    modseq,
    token: messageId.replace(/@test$/, ''),
    flags: flagSetText({ system: flags, keywords: keywords === '' ? [] : keywords.split(' ') }),
  }));
}

export const shownTokens = (rig: Rig, path: string): string[] => shown(rig, path).map(({ token }) => token);

/** The uid under which the mailbox shows a message. */
export function uidOf(rig: Rig, path: string, token: string): Uid {
  const found = shown(rig, path).find((row) => row.token === token);
  if (!found) throw new Error(`${path} does not show ${token}`);
  return found.uid;
}

export const one = (uid: number): NumberRanges => [[uid, uid]];

/** APPEND as a client does it. */
export async function appendMail(rig: Rig, path: string, text: string, flags: FlagSet): Promise<Uid> {
  const { actions } = rig.core;
  const work = async () => {
    const spool = actions.spool(text.length);
    await spool.write(Buffer.from(text, 'utf8'));
    const { uids } = await actions.append(path, [{ spool, flags, internalDate: undefined, isBinary: false }]);
    return uids[0] ?? asUid(0);
  };
  // Small steps: the disk must not look slow.
  return rig.during(work(), 10);
}

/** The bytes a client reads. */
export async function readBody(rig: Rig, path: string, uid: number): Promise<string | undefined> {
  const work = async () => {
    for await (const { body, error } of rig.core.reads.bodies(
      rig.idOf(path),
      Uint32Array.of(uid),
      new AbortController().signal,
    )) {
      if (error) throw error;
      return body && Buffer.from(await body.bytes()).toString('utf8');
    }
    return undefined;
  };
  // Small steps: the disk must not look slow.
  return rig.during(work(), 10);
}

export const userStores = (rig: Rig, path: string, token: string, ...names: string[]) =>
  rig.core.actions.storeFlags(rig.idOf(path), {
    uids: one(uidOf(rig, path, token)),
    operation: 'add',
    flags: flags(...names),
  });
export const userMoves = (rig: Rig, path: string, token: string, to: string) =>
  rig.core.actions.move(rig.idOf(path), one(uidOf(rig, path, token)), to);
/** \Deleted, and expunged. */
export const userExpunges = (rig: Rig, path: string, token: string): void => {
  userStores(rig, path, token, '\\Deleted');
  rig.core.actions.expunge(rig.idOf(path), one(uidOf(rig, path, token)));
};

/** The English line of each problem, the latest first. */
export const problemsOf = ({ core }: Rig): string[] =>
  core.overview.problems().map(({ text }) => inLanguage(text, 'en'));
