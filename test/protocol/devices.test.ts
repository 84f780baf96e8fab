// What a device is not offered (devices.transcript shows the dialogue).
import { expect, it } from 'vitest';
import { MASKABLE_WORDS, UNMASKABLE_WORDS } from '../../src/config/capability-words.js';
import { isOffered } from '../../src/imap/capability-mask.js';
import { capabilityWords, enableable } from '../../src/imap/commands/index.js';
import { startHarness } from '../support/harness.js';

const familyOf = (word: string): string => word.replace(/=.*/, '');

it('every word that is offered can be left out, or is known not to be', async () => {
  await using harness = await startHarness({ accounts: [{ name: 'QQ' }] });
  const greetings = [await (await harness.connect()).greeting(), await (await harness.connect('tls')).greeting()];
  const [after = ''] = await (await harness.login()).ok('CAPABILITY');
  const told = [
    ...greetings.flatMap((text) => (/CAPABILITY ([^\]]*)/.exec(text)?.[1] ?? '').split(' ')),
    ...after.split(' ').slice(2),
  ];
  // A number may stand behind some words (APPENDLIMIT=50000000).
  const known = new Set([...MASKABLE_WORDS, ...MASKABLE_WORDS.map(familyOf), ...Object.keys(UNMASKABLE_WORDS)]);
  const unknown = [...told, ...capabilityWords].filter(
    (word) => !known.has(word) && !known.has(word.replace(/=\d+$/, '')),
  );
  expect(unknown, 'belongs into src/config/capability-words.ts').toEqual([]);
});

it('a device is told all but what it goes without, after any login, and ENABLE does not know that either', async () => {
  const all = MASKABLE_WORDS.map((word) => word.toUpperCase());
  await using harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    devices: [
      { name: 'bare', password: 'bare', withoutCapabilities: all },
      { name: 'phone', password: 'hush', withoutCapabilities: ['MOVE', 'THREAD', 'QRESYNC'] },
    ],
  });
  const wordsOf = async (password: string): Promise<string[]> => {
    const client = await harness.connect();
    await client.greeting();
    const { status } = await client.command(`LOGIN me ${password}`);
    const [told = ''] = await client.ok('CAPABILITY');
    const words = told.split(' ').slice(2);
    expect(status).toBe(`OK [CAPABILITY ${words.join(' ')}] logged in`);
    return words;
  };
  const mine = await wordsOf('"open sesame"');
  expect(mine).toContain('MOVE');
  expect(await wordsOf('hush')).toEqual(mine.filter((word) => !/^(MOVE|THREAD=.*|QRESYNC)$/.test(word)));
  expect((await wordsOf('bare')).filter((word) => !(word in UNMASKABLE_WORDS))).toEqual([]);
  const client = await harness.connect();
  await client.greeting();
  await client.ok('LOGIN me bare');
  expect(await client.ok(`ENABLE ${['X-NONE', ...enableable].join(' ')}`)).toEqual(['* ENABLED']);
});

it('before login a word is told unless no device is offered it, and a login tells what holds from there on', async () => {
  const greeted = async (masks: readonly (readonly string[])[]): Promise<string[]> => {
    const [mine = [], ...others] = masks;
    await using harness = await startHarness({
      accounts: [{ name: 'QQ' }],
      withoutCapabilities: mine,
      devices: others.map((without, i) => ({ name: `d${i}`, password: `p${i}`, withoutCapabilities: without })),
    });
    const client = await harness.connect();
    const words = (/CAPABILITY ([^\]]*)/.exec(await client.greeting())?.[1] ?? '').split(' ');
    expect((await client.ok('CAPABILITY'))[0]).toBe(`* CAPABILITY ${words.join(' ')}`);
    return words;
  };
  const all = await greeted([[]]);
  expect(all).toContain('IMAP4rev2');
  const without = all.filter((word) => word !== 'IMAP4rev2');
  expect(await greeted([['IMAP4REV2']])).toEqual(without);
  expect(await greeted([['IMAP4REV2'], ['IMAP4REV2', 'MOVE']])).toEqual(without);
  expect(await greeted([['IMAP4REV2'], ['MOVE']])).toEqual(all);
  expect(await greeted([[], ['IMAP4REV2']])).toEqual(all);
});

it.each([
  ['MOVE', ['MOVE'], false],
  ['move', ['MOVE'], false],
  ['IDLE', ['MOVE'], true],
  ['THREAD=REFS', ['THREAD'], false],
  ['THREAD=REFS', ['THREAD=REFERENCES'], true],
  ['QRESYNC', ['CONDSTORE'], false],
  ['CONDSTORE', ['QRESYNC'], true],
  ['IMAP4REV2', ['IMAP4REV2'], false],
  ['SORT=DISPLAY', ['SORT'], false],
  ['ESORT', ['SORT'], false],
  ['APPENDLIMIT=5', ['APPENDLIMIT'], false],
])('%s without %j: %s', (word, without, offered) => expect(isOffered(word, without)).toBe(offered));
