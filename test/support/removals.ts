// What tests of `gateway undo` do over and over: remove as a client does, and bring back.
import type { Remover, UndoWay } from '../../src/core/core.js';
import { SystemFlag } from '../../src/mail/flags.js';
import { createRig, type Rig, type RigOptions } from './core-harness.js';
import { mail, one, uidOf } from './core-mail.js';
import { createFakeUpstream, type FakeUpstream, type FakeUpstreamOptions } from './fake-connector.js';

export interface Started {
  readonly fake: FakeUpstream;
  readonly rig: Rig;
}

export async function startWith(
  tokens: readonly string[],
  options: FakeUpstreamOptions = {},
  settings: Partial<RigOptions> = {},
): Promise<Started> {
  const fake = createFakeUpstream(options);
  for (const token of tokens) fake.deliver('INBOX', mail(token));
  const rig = await createRig({ accounts: [{ name: 'A', fake }], ...settings });
  await rig.settle();
  return { fake, rig };
}

/** Marks them \Deleted and expunges them, as one command. */
export function expunge(rig: Rig, path: string, tokens: readonly string[], by: Remover = { device: 'phone' }): void {
  const id = rig.idOf(path);
  for (const token of tokens) {
    const flags = { system: SystemFlag.Deleted, keywords: [] };
    rig.core.actions.storeFlags(id, { uids: one(uidOf(rig, path, token)), operation: 'add', flags });
  }
  rig.core.actions.expunge(id, undefined, by);
}

/** What became of each message, by subject. */
export async function undo(rig: Rig, since?: number, dryRun = false): Promise<Record<string, UndoWay>> {
  const batches = await rig.during(rig.core.removals.undo({ since, dryRun }), 10);
  return Object.fromEntries(batches.flatMap(({ messages }) => messages.map(({ subject, way }) => [subject, way])));
}

export const pins = ({ store }: Rig) =>
  store.database.sqlite.prepare('SELECT ifnull(sum(pins), 0) FROM bodies').pluck().get();
