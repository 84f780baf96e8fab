// The connection to the submission server is cut behind every n-th byte, DATA and the answer to it included: every message
// goes out once, and stands in Sent once.
import { expect, it } from 'vitest';
import type { SubmissionVerdict } from '../../../src/core/core.js';
import { atRest, shownLines, startBehindProxies, type Upstream, upstreamLines } from '../../support/behind-proxies.js';
import { mail } from '../../support/core-mail.js';
import type { Harness } from '../../support/harness.js';
import { waitUntil } from '../../support/wait-until.js';

const STEP = Number(process.env.CUT_STEP ?? 61);

it('a submission, cut anywhere, is delivered once', async () => {
  await using rig = await startBehindProxies([
    // It files what it sends, so that Sent can tell what became of a message whose answer was lost.
    { name: 'A', personality: 'gmail', quirks: { savesSent: 'asItIs', savesSentAfterMs: 0 }, savesSent: true },
    { name: 'B', personality: 'generic' },
  ]);
  const [a, b] = [rig.upstream('A'), rig.upstream('B')];
  await using gateway = await rig.gateway();
  await atRest(gateway);
  const tokens: string[] = [];
  const verdicts = new Set<string>();
  for (let round = 0, hasCut = true; hasCut; round++) {
    a.smtpProxy.cutAt(1 + round * STEP);
    const token = `sent${round}`;
    verdicts.add((await submit(gateway, a, b.address, token)).kind);
    tokens.push(token);
    hasCut = a.smtpProxy.hasCut;
    a.smtpProxy.calm();
  }
  expect(tokens.length).toBeGreaterThan(8);
  // Taken, and the answer to the final dot lost.
  a.smtpProxy.rewrite = (response) => {
    if (!response.includes('queued as demo')) return response;
    a.smtpProxy.cut();
    return '';
  };
  verdicts.add((await submit(gateway, a, b.address, 'unknown')).kind);
  a.smtpProxy.calm();
  tokens.push('unknown');
  const states = gateway.store.database.sqlite.prepare('SELECT DISTINCT state FROM submissions').pluck();
  expect(states.all()).toContain('unknown');
  expect([...verdicts].sort()).toEqual(['delivered', 'queued']);
  // It is a minute until they are tried again; for them it has gone by.
  gateway.store.database.sqlite.prepare('UPDATE submissions SET nextAttemptAt = 0').run();
  const unfinished = gateway.store.database.sqlite
    .prepare("SELECT count(*) FROM submissions WHERE state <> 'delivered'")
    .pluck();
  await waitUntil('all are out', () => (unfinished.get() as number) === 0, { ms: 25_000 });
  await atRest(gateway);
  expect(await upstreamLines(b, ['INBOX'])).toEqual([...tokens].sort());
  const sent = (await upstreamLines(a, ['[Gmail]', 'Sent Mail'])).map((line) => line.split(' ')[0]);
  expect(sent).toEqual([...tokens].sort());
  await waitUntil('Sent shows them', async () => (await shownLines(gateway, 'Sent')).length >= tokens.length);
  expect((await shownLines(gateway, 'Sent')).map((line) => line.split(' ')[0])).toEqual([...tokens].sort());
});

async function submit(
  { core: { outbox } }: Harness,
  { address }: Upstream,
  to: string,
  token: string,
): Promise<SubmissionVerdict> {
  const text = mail(token, address);
  const spool = outbox.spool(text.length);
  await spool.write(Buffer.from(text));
  const request = { mailFrom: address, rcptTo: [to], eightBit: false, smtpUtf8: false };
  return outbox.submit({ ...request, message: await spool.finish() });
}
