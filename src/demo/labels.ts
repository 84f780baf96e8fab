// X-GM-LABELS: the labels of a mail as Gmail writes them (providers.md §3).
import type { Decoder } from '../imap/wire/decoder.js';
import { mailboxName } from '../imap/wire/encode.js';
import type { Role } from '../mail/roles.js';
import type { DemoAccount } from './store/account.js';
import type { DemoMailbox, Entry } from './store/mailbox.js';

const SYSTEM_LABELS: Partial<Record<Role, string>> = {
  inbox: '\\Inbox',
  sent: '\\Sent',
  drafts: '\\Draft',
  flagged: '\\Starred',
  important: '\\Important',
  junk: '\\Spam',
  trash: '\\Trash',
};

/** All labels but that of the mailbox looked at, and All Mail, which is none. */
export function labelsText({ mail }: Entry, selected: DemoMailbox, utf8: boolean): string {
  const labels = [...mail.places.keys()].filter((mailbox) => mailbox !== selected && mailbox.role !== 'all');
  return labels.map((mailbox) => labelText(mailbox, utf8)).join(' ');
}

function labelText({ name, role }: DemoMailbox, utf8: boolean): string {
  const system = role && SYSTEM_LABELS[role];
  return system ? `"\\${system}"` : mailboxName(name, utf8);
}

/** `(label …)` or one label. */
export function readLabels(decoder: Decoder): string[] {
  const labels: string[] = [];
  const read = () => {
    const isSystem = decoder.peek() === '\\';
    labels.push(isSystem ? decoder.flag() : labelName(decoder));
  };
  if (decoder.peek() === '(') decoder.list(read);
  else read();
  decoder.end();
  return labels;
}

const labelName = (decoder: Decoder): string => {
  const text = decoder.astring();
  return text.startsWith('\\') ? text : decoder.mailboxOf(text);
};

export function findLabel(account: DemoAccount, label: string): DemoMailbox | undefined {
  const role = (Object.keys(SYSTEM_LABELS) as Role[]).find(
    (key) => SYSTEM_LABELS[key]?.toLowerCase() === label.toLowerCase(),
  );
  return role ? account.byRole(role) : account.mailboxes.get(label);
}

/** A label that is not there yet is made. */
export function changeLabels(
  account: DemoAccount,
  entry: Entry,
  operation: '' | '+' | '-',
  labels: readonly string[],
): void {
  const named = labels.map(
    (label) => findLabel(account, label) ?? (operation === '-' ? undefined : account.create(label)),
  );
  const wanted = new Set(named.filter((mailbox) => mailbox !== undefined));
  if (operation !== '-') for (const mailbox of wanted) account.copy(entry, mailbox);
  for (const [mailbox, place] of [...entry.mail.places]) {
    const goes = operation === '-' ? wanted.has(mailbox) : operation === '' && !wanted.has(mailbox);
    if (goes && mailbox.role !== 'all') account.expunge(place, mailbox);
  }
}
