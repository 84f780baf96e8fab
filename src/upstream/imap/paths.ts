// Upstream mailbox names ↔ paths: namespace prefix, delimiter, modified UTF-7.
import type { ImapFlow } from 'imapflow';
import { decodePath, encodePath } from 'imapflow/lib/tools.js';
import type { SourcePath } from '../connector.js';
import { cannot } from './errors.js';

/** Names as the server listed them, by path: some are not what we would encode (8-bit, NFD, odd UTF-7). Shared by an account's sessions. */
export type ListedNames = Map<string, string>;

export const pathKey = (path: SourcePath): string => path.join('\0');

const isInbox = (name: string): boolean => name.toUpperCase() === 'INBOX';

/** The names of one connection's server. */
export class Paths {
  readonly #client: ImapFlow;
  readonly #listed: ListedNames;
  /** Learnt from LIST where NAMESPACE tells none. */
  #delimiter: string | undefined;

  constructor(client: ImapFlow, listed: ListedNames) {
    this.#client = client;
    this.#listed = listed;
  }

  get #prefix(): string {
    return this.#client.namespace?.prefix ?? '';
  }

  /** `/`, `.` or the like; undefined where there is no hierarchy. */
  get delimiter(): string | undefined {
    return this.#client.namespace?.delimiter || this.#delimiter;
  }

  /** The path of a name from LIST; undefined for what is not the user's own (other users', shared, `INBOX.INBOX`). */
  pathOf(name: string, delimiter: string | undefined): SourcePath | undefined {
    this.#delimiter ??= delimiter;
    if (isInbox(name)) return ['INBOX'];
    const prefix = this.#prefix;
    const inner =
      prefix !== '' && name.toLowerCase().startsWith(prefix.toLowerCase()) ? name.slice(prefix.length) : name;
    if (inner === '' || (prefix !== '' && inner === name) || this.#isForeign(name)) return undefined;
    const path = (delimiter === undefined ? [inner] : inner.split(delimiter)).map((part) =>
      decodePath(this.#client, part).normalize('NFC'),
    );
    if (path.some((part) => part === '') || (path.length === 1 && isInbox(path[0] ?? ''))) return undefined;
    this.#listed.set(pathKey(path), name);
    return path;
  }

  /** The name as it goes on the wire. @throws {UpstreamError} CANNOT when a part holds the delimiter */
  nameOf(path: SourcePath): string {
    if (path.length === 1 && isInbox(path[0] ?? '')) return 'INBOX';
    const listed = this.#listed.get(pathKey(path));
    if (listed !== undefined) return listed;
    const { delimiter } = this;
    const bad = path.some((part) => part === '' || (delimiter !== undefined && part.includes(delimiter)));
    if (bad || path.length === 0 || (delimiter === undefined && path.length > 1))
      throw cannot('the server cannot have a mailbox of that name');
    return this.#prefix + encodePath(this.#client, path.join(delimiter ?? ''));
  }

  /** A mailbox was renamed or deleted: its listed name, and those below it, hold no longer. */
  forget(path: SourcePath): void {
    const key = pathKey(path);
    for (const listed of [...this.#listed.keys()])
      if (listed === key || listed.startsWith(`${key}\0`)) this.#listed.delete(listed);
  }

  #isForeign(name: string): boolean {
    const { other, shared } = this.#client.namespaces ?? {};
    const foreign = [...(other || []), ...(shared || [])];
    return foreign.some(({ prefix, delimiter }) => prefix !== '' && `${name}${delimiter ?? ''}`.startsWith(prefix));
  }
}

/** A mailbox name as an IMAP quoted string. */
export const quoted = (text: string): string => `"${text.replace(/["\\]/g, (char) => `\\${char}`)}"`;
