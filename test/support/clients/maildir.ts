// Maildirs, as the programs that synchronise write them.
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { encodeMailboxName, type PlainImap } from '../plain-imap.js';
import { subjectOf } from '../real/three-accounts.js';

export interface LocalFile {
  readonly path: string;
  readonly mailbox: string;
  readonly subject: string;
  /** Maildir's letters. */
  readonly flags: string;
}

export interface Maildir {
  files(): LocalFile[];
  /** Sorted: what changes when anything is written, renamed or removed. */
  paths(): string[];
  /** `mailbox: subject letters`, sorted; as `mailboxState` tells it of a server. */
  state(): string[];
  /** @throws unless there is exactly one with the subject */
  only(subject: string): LocalFile;
}

export function maildirIn(
  directory: string,
  mailboxes: readonly string[],
  folderOf: (mailbox: string) => string = (mailbox) => mailbox,
): Maildir {
  const files = () =>
    mailboxes.flatMap((mailbox) =>
      ['cur', 'new'].flatMap((part) => {
        const folder = join(directory, folderOf(mailbox), part);
        return readdirSync(folder).map((name) => ({
          path: join(folder, name),
          mailbox,
          subject: subjectOf(readFileSync(join(folder, name), 'latin1')) ?? '',
          flags: /:2,([A-Z]*)$/.exec(name)?.[1] ?? '',
        }));
      }),
    );
  return {
    files,
    paths: () =>
      files()
        .map(({ path }) => path)
        .sort(),
    state: () =>
      files()
        .map(({ mailbox, subject, flags }) => `${mailbox}: ${subject} ${flags}`)
        .sort(),
    only(subject) {
      const [found, ...more] = files().filter((file) => file.subject === subject);
      if (!found || more.length > 0) throw new Error(`${found ? 1 + more.length : 0} local files of ${subject}`);
      return found;
    },
  };
}

const LETTERS: Readonly<Record<string, string>> = {
  '\\Draft': 'D',
  '\\Flagged': 'F',
  '\\Answered': 'R',
  '\\Seen': 'S',
  '\\Deleted': 'T',
};

/** IMAP's flags as Maildir has them. */
export const lettersOf = (flags: readonly string[]): string =>
  flags
    .map((flag) => LETTERS[flag] ?? '')
    .sort()
    .join('');

/** In cur, with these letters, and as the program knows it. */
export const relabel = ({ path }: LocalFile, flags: string): void =>
  renameSync(path, `${path.replace(/\/new\//, '/cur/').replace(/:2,.*$/, '')}:2,${flags}`);

/** `mailbox: subject letters` of every message a client sees there, sorted; with its uid behind it if that is wanted. */
export async function mailboxState(
  client: PlainImap,
  mailboxes: readonly string[],
  { withUids = false } = {},
): Promise<string[]> {
  const state: string[] = [];
  for (const mailbox of mailboxes) {
    for (const { uid, flags, body } of await client.messages(encodeMailboxName(mailbox)))
      state.push(`${mailbox}: ${subjectOf(body)} ${lettersOf(flags)}${withUids ? ` ${uid}` : ''}`);
  }
  return state.sort();
}
