// One message with labels, as Gmail has it, and where it is afterwards: for tests of undo.
import { vi } from 'vitest';
import { createRig, type Rig } from './core-harness.js';
import { mail, shownTokens, upstreamTokens } from './core-mail.js';
import { createFakeUpstream, type FakeUpstream } from './fake-connector.js';

const GMAIL = { labelStore: true, traits: { deleteIsMoveToTrash: true } };
export const LABELS = ['News', 'Work'];
const PLACES = ['INBOX', ...LABELS, 'Trash'];

/** Until all is carried out and seen. */
export async function pause(rig: Rig): Promise<void> {
  await rig.settle();
  await vi.advanceTimersByTimeAsync(2_000);
  await rig.settle();
}

/** `a` is in INBOX and has both labels. */
export async function startLabelled(options = GMAIL) {
  const fake = createFakeUpstream(options);
  for (const label of LABELS) fake.create(label);
  for (const place of ['INBOX', ...LABELS]) fake.deliver(place, mail('a'), { contentId: '77' });
  const rig = await createRig({ accounts: [{ name: 'A', fake }] });
  await rig.settle();
  return { fake, rig };
}

/** Where it is upstream, and where it is shown. Nowhere twice. */
export const whereIs = (fake: FakeUpstream, rig: Rig, token = 'a') => {
  const upstream = PLACES.flatMap((path) => upstreamTokens(fake, path).flatMap((each) => (each === token ? path : [])));
  const here = PLACES.flatMap((path) => {
    const name = LABELS.includes(path) ? `A/${path}` : path;
    return shownTokens(rig, name).flatMap((each) => (each === token ? path : []));
  });
  return [upstream.join(' '), here.join(' ')];
};

export const EVERYWHERE = ['INBOX News Work', 'INBOX News Work'];
export const IN_TRASH = ['Trash', 'Trash'];
