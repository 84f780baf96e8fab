// What of an upstream's LIST is shown, and under which names (DESIGN §5).
import type { UpstreamMailbox } from '../../upstream/connector.js';
import type { AccountSettings } from '../accounts.js';

/** What an account shows of its LIST. Without INBOX it is no tree: better keep what we know than drop every mailbox. */
export const shownOf = ({ traits }: AccountSettings, listed: readonly UpstreamMailbox[]): readonly UpstreamMailbox[] =>
  listed.some(({ role }) => role === 'inbox')
    ? listed.filter(({ path }) => !traits.skipped.includes(path.join('/')))
    : [];

export const byDepth = (a: UpstreamMailbox, b: UpstreamMailbox): number => a.path.length - b.path.length;

/** Pure levels that the account's tree leaves out (`[Gmail]`, 其他文件夹) are not shown themselves. */
export const isVisible = (account: AccountSettings, { path, selectable }: UpstreamMailbox): boolean =>
  selectable || !(path.length === 1 && account.traits.flattened.includes(path[0] ?? ''));

/** `QQ/…`: the upstream path below the account's name, without the levels that only confuse. */
export function mailboxPath(account: AccountSettings, path: readonly string[]): string {
  const parts = path.length > 1 && account.traits.flattened.includes(path[0] ?? '') ? path.slice(1) : path;
  return [account.name, ...parts.map(partHere)].join('/');
}

/** A part may hold our delimiter where the upstream's is another: U+2215 looks alike and is none. */
export const partHere = (part: string): string => part.replaceAll('/', '\u2215');
