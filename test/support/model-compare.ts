// At rest, upstreams, model and mailboxes say the same.
import { expect } from 'vitest';
import { flagSetText } from '../../src/mail/flags.js';
import type { Rig } from './core-harness.js';
import { shown, tokenOf } from './core-mail.js';
import type { FakeUpstream } from './fake-connector.js';
import { accountOf, lineOf, type MailModel, upstreamPath } from './mail-model.js';
import { UNIFIED } from './model-actions.js';

export function compareAll(rig: Rig, model: MailModel, fakes: ReadonlyMap<string, FakeUpstream>): void {
  for (const [box] of model.boxes) {
    const upstream = fakes.get(accountOf(box))?.contents(upstreamPath(box)) ?? [];
    const lines = upstream.map((message) => lineOf(tokenOf(message.bytes), flagSetText(message.flags).split(' ')));
    expect(lines.sort(), `${box}, upstream`).toEqual(model.contents(box));
    expect(linesShown(rig, box), `${box}, here`).toEqual(model.contents(box));
  }
  for (const role of UNIFIED) {
    const expected = [...fakes.keys()].flatMap((account) => model.contents(`${account}/${role}`)).sort();
    expect(linesShown(rig, role), role).toEqual(expected);
  }
  const open = rig.core.overview.problems().filter(({ text }) => !/reached|closed|died/.test(text));
  expect(open).toEqual([]);
}

const linesShown = (rig: Rig, path: string): string[] =>
  shown(rig, path)
    .map(({ token, flags: text }) => lineOf(token, text.split(' ').filter(Boolean)))
    .sort();
