/** What a mailbox is for (RFC 6154). `inbox` has no attribute of its own. */
export type Role = 'inbox' | 'drafts' | 'sent' | 'archive' | 'junk' | 'trash' | 'all' | 'flagged' | 'important';

/** The roles that have a unified mailbox, with the unified mailbox's name, in the order LIST shows them. */
export const UNIFIED_MAILBOXES: readonly (readonly [Role, string])[] = [
  ['inbox', 'INBOX'],
  ['drafts', 'Drafts'],
  ['sent', 'Sent'],
  ['archive', 'Archive'],
  ['junk', 'Junk'],
  ['trash', 'Trash'],
];

const ATTRIBUTES: Record<Role, string> = {
  inbox: '\\Inbox',
  drafts: '\\Drafts',
  sent: '\\Sent',
  archive: '\\Archive',
  junk: '\\Junk',
  trash: '\\Trash',
  all: '\\All',
  flagged: '\\Flagged',
  important: '\\Important',
};

/** The SPECIAL-USE attribute of a role, undefined for `inbox` (which has none, RFC 6154 §2). */
export const specialUseOf = (role: Role): string | undefined => (role === 'inbox' ? undefined : ATTRIBUTES[role]);

/** The role a LIST attribute (SPECIAL-USE, or XLIST's spellings) stands for, if any. */
export function roleOfAttribute(attribute: string): Role | undefined {
  const lower = attribute.toLowerCase();
  if (lower === '\\spam') return 'junk';
  if (lower === '\\starred') return 'flagged';
  if (lower === '\\allmail') return 'all';
  for (const role of Object.keys(ATTRIBUTES) as Role[]) if (ATTRIBUTES[role].toLowerCase() === lower) return role;
  return undefined;
}
