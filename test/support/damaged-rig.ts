// A gateway with things that exist only here, whose index the disk has damaged.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { silentLogger } from '../../src/lib/logger.js';
import { UpstreamError } from '../../src/mail/errors.js';
import { SystemFlag } from '../../src/mail/flags.js';
import { openStore } from '../../src/store/open.js';
import type { DeliveryReceipt } from '../../src/upstream/connector.js';
import { createRig, type Rig } from './core-harness.js';
import { mail, one, uidOf } from './core-mail.js';
import { createFakeUpstream } from './fake-connector.js';

export const PAGE = 8192;
export type Harm = (file: string) => void;

/** As after a power cut: all is in the one file, and pages of it are not what they were. */
export function overwriting(...tables: string[]): Harm {
  return (file) => {
    const sqlite = new Sqlite(file);
    sqlite.pragma('wal_checkpoint(TRUNCATE)');
    const pages = sqlite.prepare('SELECT pageno FROM dbstat WHERE name = ?').pluck();
    const hit = tables.flatMap((table) => pages.all(table) as number[]);
    sqlite.pragma('journal_mode = DELETE');
    sqlite.close();
    const bytes = readFileSync(file);
    for (const page of hit) bytes.fill(0xee, (page - 1) * PAGE, page * PAGE);
    writeFileSync(file, bytes);
  };
}
export const indexes = overwriting('entriesByCopy', 'copiesByUid', 'messagesByMessageId');
export const nothingLeft: Harm = (file) => {
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
  writeFileSync(file, 'x'.repeat(50_000));
};

/** The gateway dies, the disk does harm, and the gateway is started again. */
export const suffer = (rig: Rig, harm: Harm) =>
  rig.crash({}, (directory) => {
    harm(join(directory, 'gateway.db'));
    openStore(directory, { logger: silentLogger }).database.close();
  });

export async function account() {
  const fake = createFakeUpstream();
  for (const token of ['m1', 'm2', 'm3', 'm4']) fake.deliver('INBOX', mail(token));
  const sent: string[] = [];
  const line = { isDown: false };
  const down = () => {
    line.isDown = true;
    fake.goOffline();
  };
  const up = () => {
    line.isDown = false;
    fake.goOnline();
  };
  const submitter = {
    submit: async ({ rcptTo }: { rcptTo: readonly string[] }): Promise<DeliveryReceipt> => {
      if (line.isDown) throw new UpstreamError('transient', 'no network');
      sent.push(...rcptTo);
      return { accepted: [...rcptTo], rejected: [], serverText: '250 ok' };
    },
  };
  const rig = await createRig({ accounts: [{ name: 'A', fake, submitter, savesSent: true }] });
  await rig.settle();
  return { fake, rig, sent, down, up };
}
export const flag = (rig: Rig, token: string) =>
  rig.core.actions.storeFlags(rig.idOf('INBOX'), {
    uids: one(uidOf(rig, 'INBOX', token)),
    operation: 'add',
    flags: { system: SystemFlag.Flagged, keywords: [] },
  });
export async function submit(rig: Rig, to: string) {
  const spool = rig.core.outbox.spool(100);
  await spool.write(Buffer.from(mail('sent', 'a@example.org')));
  const request = { mailFrom: 'a@example.org', rcptTo: [to], eightBit: false, smtpUtf8: false };
  return rig.during(rig.core.outbox.submit({ ...request, message: await spool.finish() }));
}
export const flagged = (fake: Awaited<ReturnType<typeof account>>['fake']) =>
  fake.contents('INBOX').flatMap(({ bytes, flags }) => (flags.system & SystemFlag.Flagged ? [bytes] : [])).length;
