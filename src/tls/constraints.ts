// Name constraints (RFC 5280 §4.2.1.10): a person is asked to trust our CA, so it must not be able to vouch for anybody
// else's site. It may sign for this machine, for names that exist on home networks only, and for private addresses.
import { isIP, isIPv4 } from 'node:net';
import forge from 'node-forge';
import { isPrivateAddress, PRIVATE_RANGES } from '../lib/addresses.js';
import { isDnsName } from './names.js';

/** Top-level names that never exist in the public DNS (RFC 6762, RFC 8375, RFC 6761, ICANN's .internal), or are not delegated. */
const LOCAL_DOMAINS = ['localhost', 'local', 'lan', 'internal', 'home.arpa'];

const { asn1 } = forge;
/** Missing from node-forge's type declarations. */
const { bytesFromIP } = forge.util as unknown as { bytesFromIP(address: string): string | null };

/**
 * The domains a CA made on a machine of this name may sign for; a name with dots is put in whole, one that is no DNS name
 * (Windows allows any script) not at all.
 */
export const permittedDomains = (hostname: string): string[] => [
  ...new Set([...LOCAL_DOMAINS, hostname.toLowerCase()].filter(isDnsName)),
];

/** Whether a certificate for `name` would be accepted from a CA constrained to these domains and the private addresses. */
export const isPermitted = (name: string, domains: readonly string[]): boolean =>
  isIP(name) === 0 ? domains.some((domain) => name === domain || name.endsWith(`.${domain}`)) : isPrivateAddress(name);

/** Address and mask as §4.2.1.10 wants them: 8 or 32 bytes. */
function subnetBytes(network: string, prefix: number): string {
  const address = bytesFromIP(network) ?? '';
  const bytes = isIPv4(network) ? 4 : 16;
  const mask = Array.from({ length: bytes }, (_, i) => (0xff00 >> Math.max(0, Math.min(8, prefix - i * 8))) & 0xff);
  return address + String.fromCharCode(...mask);
}

function subtree(tag: 2 | 7, value: string): forge.asn1.Asn1 {
  const base = asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, false, value);
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, [base]);
}

/**
 * The extension, as node-forge takes an extension it has no name for. Not critical, although RFC 5280 says MUST: a client
 * that knows it obeys it either way, and one that does not (mbed TLS, older Apple systems) would refuse the whole chain.
 */
export function nameConstraintsExtension(domains: readonly string[]): { id: string; critical: boolean; value: string } {
  const permitted = [
    ...domains.map((domain) => subtree(2, domain)),
    ...PRIVATE_RANGES.map(([network, prefix]) => subtree(7, subnetBytes(network, prefix))),
  ];
  const value = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, [
    asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, permitted),
  ]);
  return { id: '2.5.29.30', critical: false, value: asn1.toDer(value).getBytes() };
}

/** The permitted domains written in a CA certificate; undefined when it has no constraints. */
export function constrainedDomains(caPem: string): string[] | undefined {
  const extension = forge.pki
    .certificateFromPem(caPem)
    .getExtension({ id: '2.5.29.30' } as object as { name: string }) as { value: string } | undefined;
  if (!extension) return undefined;
  const constraints = asn1.fromDer(extension.value);
  const [permitted] = Array.isArray(constraints.value) ? constraints.value : [];
  const subtrees = permitted && Array.isArray(permitted.value) ? permitted.value : [];
  return subtrees.flatMap((entry) => {
    const base = typeof entry === 'object' && Array.isArray(entry.value) ? entry.value[0] : undefined;
    return base &&
      base.tagClass === asn1.Class.CONTEXT_SPECIFIC &&
      (base.type as number) === 2 &&
      typeof base.value === 'string'
      ? [base.value]
      : [];
  });
}
