// One mail and its places. In a plain store a mail stands in one mailbox; in a label store in several, flags shared.
import type { Buffer } from 'node:buffer';
import { type FlagSet, SystemFlag } from '../../mail/flags.js';
import { headerField } from '../../mail/header-block.js';
import { type WireText, wireText } from '../../mail/ids.js';
import { type MimePart, parseMime } from '../../mail/mime.js';
import type { DemoMailbox } from './mailbox.js';

export interface MailFields {
  readonly bytes: Buffer;
  /** Unix time, seconds. */
  readonly internalDate: number;
  /** \Deleted is not among them: it belongs to the entry. */
  readonly flags: FlagSet;
  /** X-GM-MSGID, and X-GM-THRID until a thread is found for it. */
  readonly emailId: bigint;
  readonly threadId?: bigint;
}

/** A mail's place in a mailbox. */
export interface Entry {
  readonly uid: number;
  readonly mail: Mail;
  modseq: number;
  isDeleted: boolean;
  /** Expunged: sessions that have not been told yet still show it. */
  isGone: boolean;
}

export class Mail {
  readonly bytes: Buffer;
  readonly internalDate: number;
  readonly emailId: bigint;
  threadId: bigint;
  flags: FlagSet;
  readonly places = new Map<DemoMailbox, Entry>();
  #root: MimePart | undefined;

  constructor({ bytes, internalDate, flags, emailId, threadId }: MailFields) {
    this.bytes = bytes;
    this.internalDate = internalDate;
    this.flags = withoutDeleted(flags);
    this.emailId = emailId;
    this.threadId = threadId ?? emailId;
  }

  get root(): MimePart {
    this.#root ??= parseMime(this.bytes);
    return this.#root;
  }

  get header(): WireText {
    return wireText(this.bytes.subarray(this.root.headerStart, this.root.headerEnd));
  }

  get messageId(): string | undefined {
    return headerField(this.header, 'message-id');
  }

  /** The same content as a mail of its own. */
  clone(): Mail {
    return new Mail(this);
  }
}

export const withoutDeleted = ({ system, keywords }: FlagSet): FlagSet => ({
  system: system & ~SystemFlag.Deleted,
  keywords,
});

/** The flags a session sees of an entry. */
export const flagsOfEntry = ({ mail: { flags }, isDeleted }: Entry): FlagSet => ({
  system: flags.system | (isDeleted ? SystemFlag.Deleted : 0),
  keywords: flags.keywords,
});
