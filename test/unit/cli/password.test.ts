// What `gateway password` says beside the password.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { password } from '../../../src/cli/password.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';
import { fakeIo } from './fake-io.js';

const makeDirectory = temporaryDirectories();

it.each([
  [undefined, 'give every mail program the new one.'],
  ['me', 'give every mail program the new one.'],
  ['Phone', 'give "phone" the new one.'],
])('a new password for %s: %s', async (device, says) => {
  const config = join(makeDirectory(), 'gateway.config.json');
  const login = { devices: [{ name: 'phone', password: 'file:phone' }] };
  writeFileSync(config, JSON.stringify({ login, accounts: [{ name: 'QQ', demo: 'qq' }] }));
  const io = fakeIo();
  expect(await password({ config, json: false, rotate: true, device }, io)).toBe(0);
  expect(io.complaints).toEqual([`The old password is no longer valid once the gateway is started: ${says}`]);
});
