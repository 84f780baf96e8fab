// What is so where mailboxes are labels (Gmail; providers.md §3): one content, however many mailboxes show it.
import type { FakeUpstream } from '../fake-connector.js';
import type { World } from './world.js';

/** What is in one of these is in no other. */
const OUTSIDE = ['Trash', 'Junk'];
const ALL = 'All Mail';

export const isLabelStore = ({ servers }: World, account: string): boolean => servers.get(account)?.labelStore === true;

/** Whether to expunge there deletes for good; elsewhere in a label store it is a move to Trash. */
export const isFinalThere = (path: string): boolean => OUTSIDE.some((name) => path.endsWith(name));

/** Ids of contents that stand in All Mail and bear no label: the Archive. */
export function unlabelled(fake: FakeUpstream): ReadonlySet<string> {
  const labelled = fake
    .paths()
    .filter(([name]) => name !== ALL)
    .flatMap((path) => fake.contents(path).map(({ contentId }) => contentId));
  return new Set(
    fake
      .contents(ALL)
      .map(({ contentId }) => contentId)
      .filter((id) => !labelled.includes(id)),
  );
}

export function isShownAtB({ rig, placesOf }: World, token: string): boolean {
  const places = new Set(placesOf(token));
  return rig.core.mailboxes.list().some(({ id, path }) => path.startsWith('B/') && places.has(id));
}

/** Whether all that is shown of it is one message. */
export function isOneMessage({ rig }: World, token: string): boolean {
  const count = rig.store.database.sqlite
    .prepare(
      `SELECT count(DISTINCT m.id) FROM entries e JOIN copies c ON c.id = e.copyId JOIN messages m ON m.id = c.messageId
       WHERE m.messageIdHeader = ?`,
    )
    .pluck()
    .get(`${token}@test`);
  return count === 1;
}

/**
 * Where the message will be, when these mailboxes show it now and it has just been put into `to`; undefined where that cannot be
 * foretold.
 */
export function labelPlaces(world: World, token: string, places: readonly number[], to = ''): number[] | undefined {
  const names = new Map(
    world.rig.core.mailboxes
      .list()
      .flatMap(({ id, path }) => (path.startsWith('B/') ? [[id as number, path.slice(2)]] : [])),
  );
  const shown = places.filter((id) => names.has(id));
  if (!isLabelStore(world, 'B') || shown.length === 0) return [...places];
  const others = places.filter((id) => !names.has(id));
  if (new Set(shown).size < shown.length || messagesAtB(world, token) > 1) return undefined;
  const target = to.startsWith('A/') ? '' : (to.split('/').at(-1) ?? '');
  const [idOfAll, idOfTarget] = [ALL, target].map((name) => idAt(world, name));
  if (OUTSIDE.includes(target)) return idOfTarget === undefined ? undefined : [...others, idOfTarget];
  const labels = shown.filter((id) => !OUTSIDE.includes(names.get(id) ?? ''));
  if (labels.length === 0) return [...places];
  if (labels.length < shown.length && target === '') return undefined;
  // It may not have been listed yet.
  return idOfAll === undefined ? undefined : [...new Set([...others, ...labels, idOfAll])];
}

const idAt = ({ rig }: World, name: string): number | undefined => rig.core.mailboxes.find(`B/${name}`)?.id;

function messagesAtB({ rig }: World, token: string): number {
  return Number(
    rig.store.database.sqlite
      .prepare(
        `SELECT count(DISTINCT m.id) FROM messages m JOIN copies c ON c.messageId = m.id JOIN sources s ON s.id = c.sourceId
         JOIN accounts a ON a.id = s.accountId WHERE a.name = 'B' AND s.local IS NULL AND m.messageIdHeader = ?`,
      )
      .pluck()
      .get(`${token}@test`),
  );
}
