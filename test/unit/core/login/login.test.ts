// Who gets in, by password and by SCRAM, and what guessing costs. Time is a number here.
import { describe, expect, it } from 'vitest';
import { createLogin, type DevicePassword } from '../../../../src/core/login/login.js';
import { provesPassword, scramKeys, serverSignature } from '../../../../src/core/login/scram-keys.js';
import { type Clock, createThrottle } from '../../../../src/core/login/throttle.js';
import { networkOf } from '../../../../src/lib/addresses.js';
import { saslPrep } from '../../../../src/lib/saslprep.js';
import { scramFinal } from '../../../support/scram-client.js';

const main: DevicePassword = { name: 'me', password: 'open sesame', withoutCapabilities: [] };
const phone: DevicePassword = { name: 'phone', password: 'hush', withoutCapabilities: ['QRESYNC'] };
const here = '127.0.0.1';

/** Delays are noted, and are over at once. */
function fakeClock(): Clock & { slept: number[]; at: number } {
  const clock = {
    slept: [] as number[],
    at: 0,
    now: () => clock.at,
    sleep: async (ms: number, signal?: AbortSignal) => {
      clock.slept.push(ms);
      if (!signal?.aborted) clock.at += ms;
    },
  };
  return clock;
}
const start = (devices: readonly DevicePassword[] = [main, phone]) => {
  const clock = fakeClock();
  const login = createLogin({ user: 'me', devices: () => devices, clock });
  const verify = (user: string, password: string, remoteAddress = here) =>
    login.verify({ user, password, remoteAddress });
  const scram = async (user: string, password: string, remoteAddress = here) => {
    const { salt, iterations } = login.scramParameters(user);
    const serverFirst = `r=abc,s=${Buffer.from(salt).toString('base64')},i=${iterations}`;
    const { final, verifier } = scramFinal(password, `n=${user},r=a`, serverFirst, Buffer.from('n,,'));
    const [withoutProof = '', proof = ''] = final.split(',p=');
    const authMessage = `n=${user},r=a,${serverFirst},${withoutProof}`;
    const found = await login.verifyScram({ user, authMessage, proof: Buffer.from(proof, 'base64'), remoteAddress });
    return (
      found && {
        name: found.device.name,
        isServer: Buffer.from(found.serverSignature).toString('base64') === verifier.slice(2),
      }
    );
  };
  return { clock, login, verify, scram };
};

describe('the password', () => {
  it.each([
    ['me', 'open sesame', 'me'],
    ['me', 'hush', 'phone'],
    // RFC 4013: the same text, written otherwise.
    ['me', 'open\u00a0sesame', 'me'],
    ['\uff4de', 'hush', 'phone'],
    ['me', 'Hush', undefined],
    ['me', '', undefined],
    ['phone', 'hush', undefined],
    ['', 'hush', undefined],
    ['me\0', 'hush', undefined],
  ])('of %j %j is that of %s', async (user, password, name) => {
    expect((await start().verify(user, password))?.name).toBe(name);
  });

  it('tells what its device goes without', async () => {
    expect((await start().verify('me', 'hush'))?.withoutCapabilities).toEqual(['QRESYNC']);
  });

  it('looks at every device, whichever it is', async () => {
    const looked: string[] = [];
    const watched = ['a', 'b', 'c'].map((name) => ({
      name,
      withoutCapabilities: [],
      get password() {
        looked.push(name);
        return name;
      },
    }));
    expect((await start(watched).verify('me', 'a'))?.name).toBe('a');
    expect(looked).toEqual(['a', 'b', 'c']);
  });
});

describe('SCRAM-SHA-256', () => {
  it('the example of RFC 7677 §3', async () => {
    const keys = await scramKeys('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096);
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    const message = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`;
    const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
    expect(provesPassword(keys, message, proof)).toBe(true);
    expect(provesPassword(keys, message, proof.subarray(1))).toBe(false);
    expect(provesPassword(keys, `${message}x`, proof)).toBe(false);
    const signature = Buffer.from(serverSignature(keys, message)).toString('base64');
    expect(signature).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  it('the password tells the device, and the server shows that it knows it', async () => {
    const { scram } = start();
    expect(await scram('me', 'open sesame')).toEqual({ name: 'me', isServer: true });
    expect(await scram('me', 'hush')).toEqual({ name: 'phone', isServer: true });
    expect(await scram('me', 'wrong')).toBeUndefined();
    expect(await scram('you', 'hush')).toBeUndefined();
  });

  it('who does not exist has a salt too, the same every time', () => {
    const { login } = start();
    const saltOf = (user: string) => Buffer.from(login.scramParameters(user).salt).toString('hex');
    expect(saltOf('you')).toBe(saltOf('you'));
    expect(saltOf('you')).toHaveLength(saltOf('me').length);
    expect(new Set([saltOf('you'), saltOf('me'), saltOf('them')]).size).toBe(3);
    expect(login.scramParameters('you').iterations).toBe(login.scramParameters('me').iterations);
  });

  it('a changed password counts at once', async () => {
    const devices = [main];
    const { scram } = start(devices);
    expect(await scram('me', 'open sesame')).toBeDefined();
    devices[0] = { ...main, password: 'new' };
    expect(await scram('me', 'open sesame')).toBeUndefined();
    expect(await scram('me', 'new')).toBeDefined();
  });
});

describe('a wrong password', () => {
  it('costs more every time, up to ten seconds; the first slip nothing', async () => {
    const { verify, clock } = start();
    for (let i = 0; i < 9; i++) await verify('me', 'wrong');
    expect(clock.slept).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it('… also when it is another one each time, or by SCRAM, or for nobody', async () => {
    for (const attempt of ['password', 'scram', 'user'] as const) {
      const { verify, scram, clock } = start();
      for (let i = 0; i < 6; i++) {
        if (attempt === 'password') await verify('me', `wrong ${i}`);
        else if (attempt === 'scram') await scram('me', `wrong ${i}`);
        else await verify(`user ${i}`, 'hush');
      }
      expect(clock.slept.length).toBeGreaterThanOrEqual(4);
      expect(clock.slept).toEqual([...clock.slept].sort((a, b) => a - b));
      expect(clock.slept.at(-1)).toBeGreaterThanOrEqual(1000);
    }
  });

  it('of one program slows down no right one on the same machine', async () => {
    const { verify, scram, clock } = start();
    for (let i = 0; i < 1000; i++) await verify('me', 'of last year');
    const { length } = clock.slept;
    expect((await verify('me', 'hush'))?.name).toBe('phone');
    expect((await scram('me', 'hush'))?.name).toBe('phone');
    expect(clock.slept).toHaveLength(length);
  });

  it('by SCRAM, again and again, locks nobody out either', async () => {
    const { verify, scram } = start();
    for (let i = 0; i < 300; i++) await scram('me', 'of last year');
    expect((await verify('me', 'hush'))?.name).toBe('phone');
  });

  it('a hundred at once from one address: it is refused unseen for a while, and no other address', async () => {
    const { verify, scram, clock } = start();
    // The delays run side by side: no time passes.
    const sleeping = clock.sleep;
    clock.sleep = () => Promise.resolve();
    await Promise.all(Array.from({ length: 100 }, (_, i) => verify('me', `guess ${i}`, '192.168.1.9')));
    await expect(verify('me', 'hush', '192.168.1.9')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(scram('me', 'hush', '192.168.1.9')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(verify('me', 'hush', '::ffff:192.168.1.9')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await verify('me', 'hush'))?.name).toBe('phone');
    clock.sleep = sleeping;
    clock.at += 10_000;
    expect((await verify('me', 'hush', '192.168.1.9'))?.name).toBe('phone');
  });

  it('is forgotten in time', async () => {
    const { verify, clock } = start();
    for (let i = 0; i < 9; i++) await verify('me', 'wrong');
    clock.at += 16 * 60_000;
    clock.slept.length = 0;
    await verify('me', 'wrong');
    expect(clock.slept).toEqual([]);
  });

  it('is not waited for by who has gone', async () => {
    const gone = new AbortController();
    const sleeps: (AbortSignal | undefined)[] = [];
    const clock: Clock = { now: () => 0, sleep: async (_, signal) => void sleeps.push(signal) };
    const login = createLogin({ user: 'me', devices: () => [main], clock });
    for (let i = 0; i < 2; i++)
      await login.verify({ user: 'me', password: 'x', remoteAddress: here, signal: gone.signal });
    expect(sleeps).toEqual([gone.signal]);
  });

  it('of any number of addresses takes bounded memory', async () => {
    const clock = fakeClock();
    const throttle = createThrottle(clock);
    for (let i = 0; i < 12_000; i++) await throttle.failed(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 'x');
    expect(throttle.size).toBe(10_000);
    clock.at += 16 * 60_000;
    await throttle.failed('10.200.0.1', 'x');
    expect(throttle.size).toBe(1);
  });
});

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['fd00:1:2:3:4:5:6:7', 'fd00:1:2:3'],
  ['FD00:1:2:3::9', 'fd00:1:2:3'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
])('the network of %s is %s', (address, network) => expect(networkOf(address)).toBe(network));

it.each([
  ['I\u00adX', 'IX'],
  ['user', 'user'],
  ['USER', 'USER'],
  ['\u00aa', 'a'],
  ['\u2168', 'IX'],
])('RFC 4013 §3: %j is prepared as %j', (text, prepared) => expect(saslPrep(text)).toBe(prepared));
