// One empty demo account and plain clients of it.
import { afterEach } from 'vitest';
import {
  type DemoAccountAccess,
  type DemoHand,
  type PersonalityName,
  type Quirks,
  startDemoUpstreams,
} from '../../../src/demo/index.js';
import { silentLogger } from '../../../src/lib/logger.js';
import { PlainImap } from '../../support/plain-imap.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export interface RunningDemo {
  readonly access: DemoAccountAccess;
  readonly hand: DemoHand;
  /** Not signed in. */
  connect(): Promise<PlainImap>;
  login(): Promise<PlainImap>;
}

export async function runDemo(personality: PersonalityName, quirks: Partial<Quirks> = {}): Promise<RunningDemo> {
  const requests = [{ name: 'one', personality, address: undefined, quirks }];
  const demo = await startDemoUpstreams(requests, { logger: silentLogger, sampleMail: false, newMail: false });
  closing.push(() => demo[Symbol.asyncDispose]());
  const access = demo.account('one');
  const where = { host: '127.0.0.1', port: access.imapPort, timeoutMs: 3_000 };
  const kept = (client: PlainImap): PlainImap => {
    closing.push(() => client.close());
    return client;
  };
  return {
    access,
    hand: demo.hand('one'),
    connect: async () => kept(await PlainImap.connect(where)),
    login: async () => kept(await PlainImap.login({ ...where, user: access.address, password: access.password })),
  };
}

/** A message of one line, with a Message-ID of its own. */
export const letter = (subject: string, body = 'Hello, 世界'): Buffer =>
  Buffer.from(
    [
      'From: Alice <alice@a.test>',
      'To: bob@b.test',
      `Subject: ${subject}`,
      `Message-ID: <${subject.replace(/\W/g, '.')}@a.test>`,
      'Date: Thu, 1 Jan 2026 10:00:00 +0100',
      'Content-Type: text/plain; charset=utf-8',
      '',
      `${body}\r\n`,
    ].join('\r\n'),
  );

/** The first untagged line that fits. */
export const lineOf = ({ untagged }: { readonly untagged: readonly string[] }, pattern: RegExp): string | undefined =>
  untagged.find((line) => pattern.test(line));
