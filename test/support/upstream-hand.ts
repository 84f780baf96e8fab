// The other hand on an upstream account: another client, or the server itself. Acts on the fake and on the model alike.
import { tokenOf } from './core-mail.js';
import { type FakeUpstream, flags } from './fake-connector.js';
import { accountOf, type MailModel, upstreamPath } from './mail-model.js';
import { type Action, FLAGS } from './model-actions.js';

export interface UpstreamHand {
  readonly model: MailModel;
  readonly account: string;
  readonly fake: FakeUpstream;
  note(...what: string[]): void;
}

interface Message {
  readonly uid: number;
  readonly token: string;
  readonly what: number;
}

export function upstreamActs(hand: UpstreamHand, { kind, which, what }: Action): void {
  const { model, account, fake } = hand;
  const boxes = [...model.boxes.keys()].filter((box) => accountOf(box) === account && fake.mailbox(upstreamPath(box)));
  const full = boxes.filter((box) => fake.contents(upstreamPath(box)).length > 0);
  const box = full[which % Math.max(1, full.length)] ?? `${account}/INBOX`;
  const messages = fake.contents(upstreamPath(box));
  const message = messages[what % Math.max(1, messages.length)];
  const token = message ? tokenOf(message.bytes) : '';
  const item = model.item(box, token);
  if (!message || !item || model.byClient.has(token)) return;
  hand.note(token, box);
  if (kind === 'upFlag') {
    changeFlags(hand, box, { uid: message.uid, token, what });
    return;
  }
  // A change of flags on its way to a message that somebody else moves finds it gone: nobody could say who wins.
  if (item.claimed.size > 0) return;
  model.byUpstream.add(token);
  if (kind === 'upExpunge') {
    fake.expunge(upstreamPath(box), message.uid);
    model.destroy(box, token);
    return;
  }
  const to = boxes[(which + what) % boxes.length] ?? box;
  if (to === box || model.box(to).has(token)) return;
  fake.move(upstreamPath(box), message.uid, upstreamPath(to));
  model.put(to, token, model.take(box, token).flags);
}

function changeFlags({ model, fake }: UpstreamHand, box: string, { uid, token, what }: Message): void {
  const name = FLAGS[what % FLAGS.length] ?? '\\Seen';
  const item = model.item(box, token);
  if (!item || item.claimed.has(name)) return;
  const on = !item.flags.has(name);
  fake.setFlags(upstreamPath(box), uid, flags(name), on ? 'add' : 'remove');
  if (on) item.flags.add(name);
  else item.flags.delete(name);
}

/** The server renumbers a mailbox: nothing changes for anybody (DESIGN §6). Its sessions end, as on a real server. */
export function renumber({ account, fake, note }: UpstreamHand, { which, what }: Action): void {
  const paths = fake.paths();
  note(account, String(paths[which % paths.length]));
  fake.resetUidValidity(paths[which % paths.length] ?? ['INBOX'], 1 + (what % 3));
  fake.cut();
}
