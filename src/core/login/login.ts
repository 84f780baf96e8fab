import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { saslPrep } from '../../lib/saslprep.js';
import type { Device, Login } from './contract.js';
import { provesPassword, type ScramKeys, scramKeys, serverSignature } from './scram-keys.js';
import { type Clock, createThrottle } from './throttle.js';

/** A device with its password as it is now. */
export interface DevicePassword extends Device {
  readonly password: string;
}

export interface LoginOptions {
  readonly user: string;
  /** Read at every check, so that a changed password counts at once. */
  devices(): readonly DevicePassword[];
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** RFC 7677 §4 asks for at least so many. */
const ITERATIONS = 4096;
const SALT_BYTES = 16;

/** The gateway's own login: one user name, and the password tells the device. */
export function createLogin({ user, devices, clock }: LoginOptions): Login {
  const throttle = createThrottle(clock);
  const secret = randomBytes(32);
  const isUser = (given: string) => isEqual(given, user);
  // Everybody who asks gets a salt, and always the same, so that nothing tells who exists (RFC 5802 §9).
  const saltOf = (name: string): Uint8Array =>
    createHmac('sha256', secret).update(saslPrep(name), 'utf8').digest().subarray(0, SALT_BYTES);
  const keysOf = keyCache(saltOf(user));
  return {
    masks: () => devices().map(({ withoutCapabilities }) => withoutCapabilities),
    verify: async ({ user: given, password, remoteAddress, signal }) => {
      throttle.admit(remoteAddress);
      const device = only(devices(), (one) => isEqual(password, one.password));
      if (isUser(given) && device) return device;
      await throttle.failed(remoteAddress, JSON.stringify([given, password]), signal);
      return undefined;
    },
    scramParameters: (name) => ({ salt: saltOf(name), iterations: ITERATIONS }),
    verifyScram: async ({ user: given, authMessage, proof, remoteAddress, signal }) => {
      throttle.admit(remoteAddress);
      const known = await keysOf(devices());
      const found = only(known, ({ keys }) => provesPassword(keys, authMessage, proof));
      if (isUser(given) && found) {
        return { device: found.device, serverSignature: serverSignature(found.keys, authMessage) };
      }
      await throttle.failed(remoteAddress, undefined, signal);
      return undefined;
    },
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(saslPrep(text), 'utf8').digest();

/** Constant time. */
const isEqual = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** The first that passes; all are looked at, so that the time does not tell which it was. */
function only<T>(all: readonly T[], passes: (one: T) => boolean): T | undefined {
  let found: T | undefined;
  for (const one of all) {
    const isIt = passes(one);
    if (isIt && found === undefined) found = one;
  }
  return found;
}

interface KnownDevice {
  readonly device: Device;
  readonly keys: ScramKeys;
}

/** Keys take milliseconds to derive: once a password, on first use. */
function keyCache(salt: Uint8Array): (devices: readonly DevicePassword[]) => Promise<readonly KnownDevice[]> {
  let cache = new Map<string, Promise<ScramKeys>>();
  return (devices) => {
    const known = devices.map((device) => ({
      device,
      password: device.password,
      keys: cache.get(device.password) ?? scramKeys(device.password, salt, ITERATIONS),
    }));
    cache = new Map(known.map(({ password, keys }) => [password, keys]));
    return Promise.all(known.map(async ({ device, keys }) => ({ device, keys: await keys })));
  };
}
