// Clients that mean harm, or are broken: they get a clear refusal, and the others notice nothing (DESIGN §2.5).
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Harness, PASSWORD, startHarness, USER } from '../support/harness.js';
import type { ImapClient } from '../support/imap-client.js';
import { inTime } from '../support/in-time.js';
import { messageBytes } from '../support/transcript.js';

const LOGIN = `LOGIN ${USER} "${PASSWORD}"`;
let harness: Harness;
let other: ImapClient;

beforeEach(async () => {
  harness = await startHarness({
    accounts: [{ name: 'QQ' }],
    maxConnections: 20,
    prepare: (fake) => {
      fake('QQ').deliver('INBOX', messageBytes('one'));
    },
  });
  other = await harness.login();
  await other.ok('SELECT INBOX');
});

afterEach(async () => {
  // Whatever happened, somebody else's session works as before.
  expect(await other.ok('FETCH 1 (UID)')).toEqual(['* 1 FETCH (UID 1)']);
  await harness[Symbol.asyncDispose]();
});

const connected = async (): Promise<ImapClient> => {
  const client = await harness.connect();
  await client.greeting();
  return client;
};
/** Reads to the end of the connection; what came last. */
const toTheEnd = async (client: ImapClient): Promise<string[]> => {
  const lines: string[] = [];
  for (let line = await client.line(); line !== undefined; line = await client.line()) lines.push(line);
  return lines;
};
const untilServerHas = async (count: number): Promise<void> => {
  const wait = async () => {
    while (harness.server.connections().length !== count) await new Promise<void>((done) => setImmediate(done));
  };
  await inTime(wait(), `the server has ${harness.server.connections().length} connections, not ${count}`);
};

describe('malformed commands', () => {
  it.each<[string, string, RegExp]>([
    ['no tag', ' NOOP\r\n', /^\* BAD /],
    ['no command', 'a1\r\n', /^a1 BAD /],
    ['an empty line', '\r\n', /^\* BAD /],
    ['a plus for a tag', '+ NOOP\r\n', /^\* BAD /],
    ['NUL bytes', 'a1 NO\0OP\r\n', /^a1 BAD /],
    ['NUL in a string', 'a1 SELECT "IN\0BOX"\r\n', /^a1 BAD /],
    ['8-bit atoms', 'a1 SELECT caf\xe9\r\n', /^a1 BAD /],
    ['an unknown command', 'a1 XYZZY\r\n', /^a1 BAD /],
    ['UID alone', 'a1 UID\r\n', /^a1 BAD /],
    ['UID of a command without', 'a1 UID NOOP\r\n', /^a1 BAD /],
    ['a brace that is no literal', 'a1 SELECT {x}\r\n', /^a1 BAD /],
    ['deep parentheses', `a1 SEARCH ${'('.repeat(5000)}ALL${')'.repeat(5000)}\r\n`, /^a1 BAD /],
    ['deep NOT', `a1 SEARCH ${'NOT '.repeat(5000)}ALL\r\n`, /^a1 BAD /],
    ['a set of many elements', `a1 FETCH ${'1,'.repeat(10_001)}1 UID\r\n`, /^a1 BAD /],
    ['a huge range is none', 'a1 UID FETCH 1:4294967295 UID\r\n', /^\* 1 FETCH \(UID 1\)/],
    ['a bare LF', 'a1 NOOP\n', /^a1 OK /],
  ])('%s', async (_, bytes, expected) => {
    const client = await harness.login();
    await client.ok('SELECT INBOX');
    client.send(bytes);
    expect(await client.line()).toMatch(expected);
    // The connection lives.
    const { status } = await client.command('NOOP');
    expect(status).toMatch(/^OK/);
  });
});

describe('too much', () => {
  it.each([
    ['before login', false, 9_000],
    ['after login', true, 70_000],
  ])('an over-long line %s is refused by its tag', async (_, loggedIn, length) => {
    const client = loggedIn ? await harness.login() : await connected();
    client.send(`long NOOP ${'x'.repeat(length)}\r\nnext NOOP\r\n`);
    expect(await client.line()).toBe('long BAD the command is too long');
    expect(await client.line()).toMatch(/^next OK/);
  });

  it.each([
    ['a SASL response', false, 'AUTHENTICATE PLAIN', 9_000],
    ['what comes in IDLE', true, 'IDLE', 2_000],
  ])('%s that is too long is refused, and passed over to its end', async (_, loggedIn, command, length) => {
    const client = loggedIn ? await harness.login() : await connected();
    const tag = client.start(command);
    client.send(`${'x'.repeat(length)}\r\nnext NOOP\r\n`);
    expect(await client.line()).toMatch(/^\+ /);
    expect(await client.line()).toBe(`${tag} BAD the line is too long`);
    expect(await client.line()).toMatch(/^next OK/);
  });

  it('a line without end is thrown away as it comes', async () => {
    const client = await harness.login();
    const before = footprint();
    for (let i = 0; i < 200; i++) {
      await new Promise<void>((done) => client.socket.write('y'.repeat(256 * 1024), () => done()));
    }
    // Of 52 MB; what the collector has not come to yet is no leak.
    expect(footprint() - before).toBeLessThan(26_000_000);
    client.send('\r\n');
    expect(await client.line()).toMatch(/^\* BAD/);
    expect((await client.command('NOOP')).status).toMatch(/^OK/);
  });

  it('an over-long line with a literal behind it: its bytes are no commands', async () => {
    const client = await harness.login();
    client.send(`a1 NOOP ${'x'.repeat(70_000)} {15+}\r\nb1 CREATE Evil\r\r\n`);
    expect(await client.line()).toBe('a1 BAD the command is too long');
    expect(await client.ok('LIST "" Evil')).toEqual([]);
  });

  it.each([
    ['before login', false, 5_000],
    ['after login', true, 70_000],
  ])('a literal too large %s is refused', async (_, loggedIn, size) => {
    const client = loggedIn ? await harness.login() : await connected();
    client.send(`a1 LOGIN {${size}}\r\n`);
    expect(await client.line()).toBe('a1 BAD [TOOBIG] the literal is too large');
    // One that comes unasked is passed over, with all that belongs to it.
    client.send(`a2 LOGIN {${size}+}\r\n${'z'.repeat(size)} {14+}\r\nb1 CREATE Evil\r\na3 NOOP\r\n`);
    expect(await client.line()).toBe('a2 BAD [TOOBIG] the literal is too large');
    expect(await client.line()).toMatch(/^a3 OK/);
  });

  it('a literal of gigabytes that comes unasked ends the connection', async () => {
    const client = await harness.login();
    client.send('a1 SELECT {4000000000+}\r\n');
    expect(await toTheEnd(client)).toEqual([
      'a1 BAD [TOOBIG] the literal is too large',
      '* BYE [TOOBIG] the literal is too large',
    ]);
  });

  it('an APPEND of gigabytes is refused before it is sent', async () => {
    const client = await harness.login();
    client.send('a1 APPEND INBOX {4000000000}\r\n');
    expect(await client.line()).toMatch(/^a1 NO \[TOOBIG\]/);
    client.send('a2 APPEND INBOX {4000000000+}\r\n');
    expect(await client.line()).toMatch(/^a2 NO \[TOOBIG\]/);
    expect(await toTheEnd(client)).toEqual(['* BYE [TOOBIG] the literal is too large']);
  });

  it.each([
    ['before login', false],
    ['after login', true],
  ])('ten thousand junk commands %s: a few refusals, then goodbye', async (_, loggedIn) => {
    const client = loggedIn ? await harness.login() : await connected();
    client.send('junk JUNK junk\r\n'.repeat(10_000));
    const lines = await toTheEnd(client);
    expect(lines.length).toBeLessThan(150);
    expect(lines.at(-1)).toBe('* BYE too many bad commands');
  });

  it('commands without login: not for ever', async () => {
    const client = await connected();
    client.send('n NOOP\r\n'.repeat(1_000));
    expect((await toTheEnd(client)).at(-1)).toBe('* BYE too many commands before login');
  });

  it('binary garbage', async () => {
    const client = await connected();
    const garbage = Array.from({ length: 100_000 }, (_, i) => String.fromCharCode((i * 7919 + (i >> 3)) & 255)).join(
      '',
    );
    client.send(garbage);
    client.socket.end();
    await toTheEnd(client);
    await untilServerHas(1);
  });
});

describe('connections', () => {
  it('beyond the limit: turned away, and let in again when others have left', async () => {
    const clients = await Promise.all(Array.from({ length: 19 }, () => harness.login()));
    const late = await harness.connect();
    expect(await toTheEnd(late)).toEqual(['* BYE [UNAVAILABLE] too many connections']);
    clients[0]?.destroy();
    await untilServerHas(19);
    expect((await (await connected()).command('NOOP')).status).toMatch(/^OK/);
  });

  it('half-closed with commands on their way: all are answered, then it is closed', async () => {
    const client = await harness.connect();
    client.send(`a1 ${LOGIN}\r\na2 SELECT INBOX\r\na3 FETCH 1 BODY.PEEK[TEXT]\r\na4 NOOP\r\n`);
    client.socket.end();
    const lines = await toTheEnd(client);
    expect(lines.at(-1)).toMatch(/^a4 OK/);
    await untilServerHas(1);
  });

  it.each([
    ['in the middle of a line', 'a1 NOO'],
    ['in the middle of a literal', `x ${LOGIN}\r\na1 SELECT {10+}\r\nabc`],
    ['in the middle of a message', `x ${LOGIN}\r\na1 APPEND INBOX {1000+}\r\nabc`],
    ['in IDLE', `x ${LOGIN}\r\na0 SELECT INBOX\r\na1 IDLE\r\n`],
    ['in AUTHENTICATE', 'a1 AUTHENTICATE PLAIN\r\n'],
  ])('cut %s: nothing is left behind', async (_, bytes) => {
    const client = await connected();
    client.send(bytes);
    client.socket.end();
    await toTheEnd(client);
    await untilServerHas(1);
    expect(await other.ok('STATUS INBOX (MESSAGES)')).toEqual(['* STATUS "INBOX" (MESSAGES 1)']);
  });

  it.each([
    ['garbage instead of a handshake', 'this is no handshake\r\n'.repeat(20)],
    ['nothing at all, then gone', ''],
  ])('STARTTLS, then %s: the connection is let go', async (_, bytes) => {
    const client = await connected();
    await client.ok('STARTTLS');
    if (bytes === '') client.destroy();
    else client.send(bytes);
    await untilServerHas(1);
  });
});

describe('a client that takes its time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('has logged in within minutes, or is gone', async () => {
    const client = await connected();
    for (let i = 0; i < 5; i++) {
      client.send('x');
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(client.ended).toBe(false);
    await vi.advanceTimersByTimeAsync(31_000);
    expect(await toTheEnd(client)).toEqual(['* BYE you have not logged in in time']);
  });

  it('is not hurried once it is in', async () => {
    const client = await harness.login();
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    expect((await client.command('NOOP')).status).toMatch(/^OK/);
  });

  it('has shaken hands within seconds, or is gone', async () => {
    const client = await connected();
    await client.ok('STARTTLS');
    await vi.advanceTimersByTimeAsync(21_000);
    expect(await toTheEnd(client)).toEqual([]);
  });
});

describe('a client that does not read', () => {
  // The kernel alone takes some forty megabytes off our hands; the rest would have to be in our memory.
  it.each([
    ['many messages', 400_000, 250],
    ['large messages', 6_000_000, 25],
  ])('%s do not fill the memory', async (_, sizeBytes, count) => {
    const lines = '0123456789abcdef\r\n'.repeat(sizeBytes / 18);
    const message = Buffer.concat([messageBytes('big'), Buffer.from(lines)]);
    await harness.ringing('INBOX', () => {
      for (let i = 0; i < count; i++) harness.fake('QQ').deliver('INBOX', message);
    });
    const client = await harness.login();
    while (!(await client.ok('STATUS INBOX (MESSAGES)'))[0]?.includes(`MESSAGES ${count + 1}`));
    await client.ok('SELECT INBOX');
    // All bodies are in the cache before anything is measured.
    await client.ok('FETCH 1:* BODY.PEEK[TEXT]<0.1>');
    const before = footprint();
    client.socket.pause();
    client.send('a1 FETCH 1:* BODY.PEEK[]\r\n');
    await turns(4_000);
    expect(footprint() - before).toBeLessThan(20_000_000);
    client.destroy();
  });

  it('is not read either: its commands wait', async () => {
    for (let i = 0; i < 300; i++) await other.ok(`CREATE "A mailbox with quite a long name, number ${i}"`);
    const client = await harness.login();
    client.socket.pause();
    const before = footprint();
    client.send('a LIST "" "*"\r\n'.repeat(4_000));
    await turns(500);
    expect(footprint() - before).toBeLessThan(15_000_000);
    client.destroy();
  });

  /** The others go on meanwhile: so many round trips are more than the server needs to run ahead. */
  const turns = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await other.ok('NOOP');
  };
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes in use, garbage left out. */
function footprint(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
