// Which annotations have changed since a client was last told (RFC 5465 §5.6, §5.7): their names, nothing more.
import type { Core, Mailbox, MailboxId } from '../../core/core.js';
import { imapAtom } from '../commands/metadata.js';
import { mailboxName } from '../wire/encode.js';
import type { NotifyEvent } from './request.js';

export interface AnnotationWatch {
  readonly isDue: boolean;
  /** More has changed than is remembered for a client that does not read. */
  readonly isOverflowing: boolean;
  /** The untagged METADATA responses for what has changed since the last call. */
  lines(utf8: boolean): string[];
  close(): void;
}

export type WantsAnnotations = (mailbox: Mailbox | undefined, path: string, event: NotifyEvent) => boolean;

export interface AnnotationWatchOptions {
  readonly core: Core;
  readonly wants: WantsAnnotations;
  /** Something has changed. False: the client has done it itself, and is not told. */
  onChange(): boolean;
}

const MAX_PENDING = 1_000;

export function createAnnotationWatch({ core, wants, onChange }: AnnotationWatchOptions): AnnotationWatch {
  /** By mailbox; undefined is the server. */
  const pending = new Map<MailboxId | undefined, Set<string>>();
  let count = 0;
  const isWanted = (id: MailboxId | undefined): boolean => {
    if (id === undefined) return wants(undefined, '', 'ServerMetadataChange');
    const mailbox = core.mailboxes.get(id);
    return mailbox !== undefined && wants(mailbox, mailbox.path, 'MailboxMetadataChange');
  };
  const off = core.changes.onAnnotations((id, entries) => {
    if (count > MAX_PENDING || !isWanted(id) || !onChange()) return;
    const names = pending.get(id) ?? new Set();
    pending.set(id, names);
    count -= names.size;
    for (const entry of entries) names.add(entry);
    count += names.size;
  });
  return {
    get isDue() {
      return pending.size > 0;
    },
    get isOverflowing() {
      return count > MAX_PENDING;
    },
    lines: (utf8) => {
      const told: string[] = [];
      for (const [id, names] of pending) {
        const path = id === undefined ? '' : core.mailboxes.get(id)?.path;
        // A mailbox that has been deleted since is told of by its name.
        if (path !== undefined) told.push(`METADATA ${mailboxName(path, utf8)} ${[...names].map(imapAtom).join(' ')}`);
      }
      pending.clear();
      count = 0;
      return told;
    },
    close: off,
  };
}
