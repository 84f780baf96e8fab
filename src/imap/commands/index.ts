// The registry: a new command is its file and one line here (STYLE §3). CAPABILITY is computed from it.
import type { AnyCommand } from '../command.js';
import type { Session } from '../session.js';
import { capability, id, logout, noop } from './any.js';
import { append } from './append.js';
import { authenticate, login, startTls } from './authenticate.js';
import { cancelUpdates } from './cancel-update.js';
import { compress } from './compress.js';
import { copy } from './copy.js';
import { enable } from './enable.js';
import { expunge } from './expunge.js';
import { fetch } from './fetch.js';
import { idle } from './idle.js';
import { language } from './language.js';
import { list, lsub, xlist } from './list.js';
import { create, remove, rename, subscribe, unsubscribe } from './mailbox-changes.js';
import { getMetadata, setMetadata } from './metadata.js';
import { move } from './move.js';
import { namespace } from './namespace.js';
import { notify } from './notify.js';
import { getQuota, getQuotaRoot, setQuota } from './quota.js';
import { replace } from './replace.js';
import { search } from './search.js';
import { check, close, examine, select, unselect } from './select.js';
import { sort } from './sort.js';
import { status } from './status.js';
import { store } from './store.js';
import { thread } from './thread.js';

const COMMANDS: readonly AnyCommand[] = [
  ...[capability, noop, logout, id, language],
  ...[startTls, authenticate, login],
  ...[enable, compress, namespace, list, lsub, xlist, status],
  ...[getMetadata, setMetadata],
  ...[getQuota, getQuotaRoot, setQuota],
  ...[subscribe, unsubscribe, create, remove, rename],
  ...[select, examine, check, close, unselect, idle, notify],
  ...[append, replace, expunge, fetch, store, copy, move, search, sort, thread, cancelUpdates],
];

export const commandByName: ReadonlyMap<string, AnyCommand> = new Map(
  COMMANDS.map((command) => [command.name, command]),
);

/** Those that have a UID form. */
export const uidCommands: ReadonlyMap<string, AnyCommand> = new Map(
  COMMANDS.filter(({ uid }) => uid).map((command) => [command.name, command]),
);

/** The words ENABLE knows. */
export const enableable: ReadonlySet<string> = new Set(COMMANDS.flatMap(({ enables = [] }) => enables));

/** Every capability word that does not depend on the session. */
export const capabilityWords: readonly string[] = COMMANDS.flatMap(({ capabilities = [] }) =>
  typeof capabilities === 'function' ? [] : capabilities,
);

/** The capability words for a session's state and device. Before login only what is of use there is told. */
export function capabilitiesFor(session: Session): string[] {
  const isBefore = session.state.kind === 'notAuthenticated';
  return COMMANDS.flatMap(({ states, capabilities = [] }) => {
    if (typeof capabilities === 'function') return capabilities(session);
    return !isBefore || states.includes('notAuthenticated') ? capabilities : [];
  }).filter((word) => session.offers(word));
}
