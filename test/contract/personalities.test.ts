// The whole gateway on each personality: what a client does arrives upstream with exactly the messages meant, is shown as it was
// done whether the provider keeps it or not, and is so after a restart.
import { expect, test } from 'vitest';
import { PERSONALITIES, PERSONALITY_NAMES, type PersonalityName } from '../../src/demo/index.js';
import type { Role } from '../../src/mail/roles.js';
import { providerOf } from '../../src/upstream/providers/index.js';
import { atRest, shownLines, startBehindProxies, upstreamLines } from '../support/behind-proxies.js';
import { mail } from '../support/core-mail.js';
import type { Harness } from '../support/harness.js';

const TOKENS = ['m1', 'm2', 'm3', 'm4'];
const FLAGS = ['$Junk', '$MDNSent', '$Mine', '\\Flagged'];

/** Of the flags, what the provider keeps. */
function keptBy(name: PersonalityName, flags: readonly string[]): string {
  const { keepsKeywords, keptKeywords } = PERSONALITIES[name].quirks;
  return flags.filter((flag) => flag.startsWith('\\') || keepsKeywords || keptKeywords.includes(flag)).join(' ');
}

const pathOf = (name: PersonalityName, role: Role): string[] =>
  PERSONALITIES[name].mailboxes.find((mailbox) => mailbox.role === role)?.name.split('/') ?? [];

/** Token → uid, as a client is told. */
async function uidsIn(gateway: Harness, path: string): Promise<ReadonlyMap<string, number>> {
  const client = await gateway.login();
  await client.ok(`EXAMINE "${path}"`);
  const told = (await client.ok('FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])')).join('\n');
  client.destroy();
  const pairs = [...told.matchAll(/UID (\d+)[\s\S]*?Subject: (\S+)/g)];
  return new Map(pairs.map(([, uid, token = '']) => [token, Number(uid)]));
}

test.each(PERSONALITY_NAMES)(
  '%s',
  async (name) => {
    const traits = providerOf(name)?.traits;
    await using rig = await startBehindProxies([{ name: 'A', personality: name, commandTimeoutMs: 10_000 }]);
    const upstream = rig.upstream('A');
    const work = [...(traits?.folderParent ?? []), 'Work'];
    for (const token of TOKENS) await upstream.direct.deliver(['INBOX'], mail(token));
    await using gateway = await rig.gateway();
    await atRest(gateway);
    const client = await gateway.login();

    // Flags, kept there or here.
    await client.ok('SELECT INBOX');
    await client.ok(`STORE 1:4 +FLAGS.SILENT (${FLAGS.join(' ')})`);
    await atRest(gateway);
    const flagged = TOKENS.map((token) => `${token} ${FLAGS.join(' ')}`);
    expect(await upstreamLines(upstream, ['INBOX'])).toEqual(TOKENS.map((token) => `${token} ${keptBy(name, FLAGS)}`));
    expect(await shownLines(gateway, 'INBOX')).toEqual(flagged);

    // Several messages at once into a mailbox just made; then one of them, by the uid it has got there.
    await client.ok('CREATE A/Work');
    await client.ok('COPY 1 A/Work');
    await client.ok('MOVE 2:4 A/Work');
    await atRest(gateway);
    expect(await shownLines(gateway, 'A/Work')).toEqual(flagged);
    const uid = (await uidsIn(gateway, 'A/Work')).get('m3');
    await client.ok('SELECT A/Work');
    await client.ok(`UID STORE ${uid} +FLAGS.SILENT (\\Answered)`);
    await atRest(gateway);
    const answered = (flags: readonly string[]) => (token: string) =>
      `${token} ${[...flags, ...(token === 'm3' ? ['\\Answered'] : [])].sort().join(' ')}`;
    const kept = keptBy(name, FLAGS).split(' ');
    expect(await upstreamLines(upstream, work)).toEqual(TOKENS.map(answered(kept)));

    // A draft that ends within a line; a deletion by way of the Trash, and one for good: Gmail has only the former.
    const draft = mail('draft').trimEnd();
    await client.ok(`APPEND Drafts (\\Draft \\Seen $Mine) {${draft.length}+}\r\n${draft}`);
    const uids = await uidsIn(gateway, 'A/Work');
    await client.ok(`UID MOVE ${uids.get('m2')} Trash`);
    await client.ok(`UID STORE ${uids.get('m4')} +FLAGS.SILENT (\\Deleted)`);
    await client.ok('EXPUNGE');
    await atRest(gateway);
    expect(await upstreamLines(upstream, pathOf(name, 'drafts'))).toEqual([
      `draft ${keptBy(name, ['$Mine', '\\Draft', '\\Seen'])}`,
    ]);
    const thrown = traits?.deleteIsMoveToTrash ? ['m2', 'm4'] : ['m2'];
    const inTrash = thrown.map((token) => `${token} ${keptBy(name, FLAGS)}`);
    expect(await upstreamLines(upstream, pathOf(name, 'trash'))).toEqual(inTrash);
    expect(await upstreamLines(upstream, work)).toEqual(['m1', 'm3'].map(answered(kept)));

    await gateway.restart();
    await atRest(gateway);
    expect(await shownLines(gateway, 'A/Work')).toEqual(['m1', 'm3'].map(answered(FLAGS)));
    expect(await shownLines(gateway, 'Drafts')).toEqual(['draft $Mine \\Draft \\Seen']);
    expect(await shownLines(gateway, 'Trash')).toEqual(thrown.map((token) => `${token} ${FLAGS.join(' ')}`));
    expect(await shownLines(gateway, 'INBOX')).toEqual([flagged[0]]);
  },
  20_000,
);
