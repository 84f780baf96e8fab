// Which network addresses are near: the gateway talks to this machine and to the home network, to nobody else.
import { BlockList, isIP, isIPv4 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** RFC 1918, RFC 3927, RFC 6598 (carrier-grade NAT, which private overlay networks use too), RFC 4193, RFC 4291 §2.5.6. */
export const PRIVATE_RANGES: readonly (readonly [network: string, prefix: number])[] = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
];
const nearby = new BlockList();
for (const [network, prefix] of PRIVATE_RANGES) nearby.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');

/** Without zone (`%eth0`) and without the `::ffff:` a dual-stack socket puts before an IPv4 address. */
const plainAddress = (address: string): string => address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');

function isIn(list: BlockList, address: string): boolean {
  const plain = plainAddress(address);
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

/** This machine's own address (127.0.0.0/8, ::1); false for anything that is no IP address. */
export const isLoopbackAddress = (address: string): boolean => isIn(loopback, address);

/** Loopback or a private range: a peer that may be served on the LAN. False for anything that is no IP address. */
export const isPrivateAddress = (address: string): boolean => isIn(nearby, address);

/** `0.0.0.0` or `::`: every interface. */
export const isAnyAddress = (address: string): boolean => address === '0.0.0.0' || /^(::|0(:0){7})$/.test(address);

/** An IPv4 address; of an IPv6 address the /64, in which a single machine may choose at will. */
export function networkOf(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined || !address.includes(':')) return v4 ?? address;
  const [head = '', tail] = address.toLowerCase().split('%')[0]?.split('::') ?? [];
  const front = head.split(':').filter(Boolean);
  const back = (tail ?? '').split(':').filter(Boolean);
  const groups =
    tail === undefined
      ? front
      : [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
  return groups.slice(0, 4).join(':');
}
