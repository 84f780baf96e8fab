// The names and addresses a server certificate must carry, so that whatever a person types as "server" fits.
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { isAnyAddress, isPrivateAddress } from '../lib/addresses.js';

export interface MachineFacts {
  readonly hostname: string;
  /** Addresses of all network interfaces. */
  readonly addresses: readonly string[];
}

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether the text can stand in a certificate as a DNS name. */
export const isDnsName = (name: string): boolean =>
  name.length <= 253 && isIP(name) === 0 && name.split('.').every((label) => LABEL.test(label));

/** This machine's own name and addresses, as they are now. */
export const machineFacts = (): MachineFacts => ({
  hostname: hostname(),
  addresses: Object.values(networkInterfaces()).flatMap((entries) => (entries ?? []).map((entry) => entry.address)),
});

/**
 * Names for a gateway that listens on `listenHost`: localhost and the loopback addresses, the machine's name, also as
 * `.local` (multicast DNS), and the listening address, or every private address of the machine for `0.0.0.0` and `::`.
 */
export function certificateNames(listenHost: string, machine: MachineFacts = machineFacts()): string[] {
  const own = machine.hostname.toLowerCase().replace(/\.$/, '');
  const local = `${own.split('.')[0]}.local`;
  const plain = (address: string): string => address.replace(/%.*$/, '').toLowerCase();
  const addresses = isAnyAddress(listenHost)
    ? machine.addresses.map(plain).filter((address) => isPrivateAddress(address) && !address.startsWith('fe80:'))
    : [plain(listenHost)].filter((address) => isIP(address) !== 0);
  return [...new Set(['localhost', '127.0.0.1', '::1', ...[own, local].filter(isDnsName), ...addresses])];
}
