// Annotations (RFC 5464): what clients keep with a mailbox, and what the gateway tells of it below OURS.
import { MailboxError } from '../mail/errors.js';
import { specialUseOf } from '../mail/roles.js';
import type { Store } from '../store/store.js';
import type { AccountSettings } from './accounts.js';
import type { Bell } from './changes.js';
import type { AccountState } from './core.js';
import type { Annotation, Annotations, MailboxId } from './mailbox-contract.js';
import type { UnitOfWork } from './unit-of-work.js';

/** RFC 5464 §6.2.1.2: the vendor's part of the names. */
const OURS = '/shared/vendor/mail-gateway/';
/** RFC 6154 §4: told here, and given by CREATE alone. */
const SPECIAL_USE = '/private/specialuse';
const MAX_VALUE_BYTES = 32_768;
/** Of one mailbox. */
const MAX_ENTRIES = 100;
const SERVER = 0;

export interface AnnotationsOptions {
  readonly store: Store;
  readonly unit: UnitOfWork;
  readonly bell: Pick<Bell, 'ringAnnotations'>;
  readonly accounts: ReadonlyMap<number, AccountSettings>;
  stateOf(accountId: number): AccountState | undefined;
}

export function createAnnotations({ store, unit, bell, accounts, stateOf }: AnnotationsOptions): Annotations {
  const { annotations, mailboxes, sources } = store;
  const states = (accountIds: readonly number[]) =>
    accountIds.map((id) => `${accounts.get(id)?.name ?? '?'}: ${stateOf(id) ?? 'not configured'}`).join('\n');
  /** `/shared/vendor/mail-gateway/…`: one line an account or an upstream mailbox. */
  const told = (mailboxId: MailboxId | undefined): readonly (readonly [string, string])[] => {
    if (mailboxId === undefined) return [[`${OURS}accounts`, states([...accounts.keys()])]];
    const row = mailboxes.get(mailboxId);
    if (!row) return [];
    const feeding = mailboxes
      .feedsOfMailbox(mailboxId)
      .flatMap(({ sourceId }) => sources.get(sourceId) ?? [])
      .filter(({ local }) => !local);
    const ids = [...new Set([...feeding.map(({ accountId }) => accountId), ...(row.accountId ? [row.accountId] : [])])];
    const nameOf = (id: number) => accounts.get(id)?.name ?? '?';
    const paths = feeding.map(({ accountId, path }) => [nameOf(accountId), ...path].join('/'));
    const use = row.kind === 'unified' && row.role ? specialUseOf(row.role) : row.specialUse;
    return [
      ...(use === undefined ? [] : ([[SPECIAL_USE, use]] as const)),
      [`${OURS}account`, ids.map(nameOf).join('\n')],
      [`${OURS}kind`, row.kind],
      [`${OURS}source`, paths.join('\n')],
      [`${OURS}sync`, states(ids)],
    ];
  };
  const of = (mailboxId: MailboxId | undefined): Annotation[] => [
    ...annotations.of(mailboxId ?? SERVER),
    ...told(mailboxId).map(([entry, text]) => ({ entry, value: Buffer.from(text, 'utf8') })),
  ];
  return {
    of,
    set: (mailboxId, changes) => {
      for (const { entry, value } of changes) check(mailboxId, entry, value);
      const id = mailboxId ?? SERVER;
      const changed = unit.durable((work) => {
        const before = new Map(annotations.of(id).map(({ entry, value }) => [entry, Buffer.from(value)]));
        for (const { entry, value } of changes) {
          if (value) annotations.set(id, { entry, value });
          else annotations.remove(id, entry);
        }
        if (annotations.of(id).length > MAX_ENTRIES)
          throw new MailboxError('METADATA TOOMANY', `a mailbox has at most ${MAX_ENTRIES} annotations`);
        const last = new Map(changes.map(({ entry, value }) => [entry, value]));
        const isNew = ([entry, value]: readonly [string, Uint8Array | undefined]) =>
          value ? !before.get(entry)?.equals(value) : before.has(entry);
        const entries = [...last].filter(isNew).map(([entry]) => entry);
        if (entries.length > 0 && mailboxId !== undefined) work.touchMailbox(mailboxId);
        return entries;
      });
      if (changed.length > 0) bell.ringAnnotations(mailboxId, changed);
    },
  };
}

function check(mailboxId: MailboxId | undefined, entry: string, value: Uint8Array | undefined): void {
  if (entry === SPECIAL_USE) throw new MailboxError('USEATTR', 'a special use is given by CREATE alone');
  // What is shared of the server is its administrator's (RFC 5464 §6.2.1).
  if (entry.startsWith(OURS) || (mailboxId === undefined && entry.startsWith('/shared/')))
    throw new MailboxError('NOPERM', 'this annotation can only be read');
  if (value && value.byteLength > MAX_VALUE_BYTES)
    throw new MailboxError(`METADATA MAXSIZE ${MAX_VALUE_BYTES}`, 'the value is too large');
}
