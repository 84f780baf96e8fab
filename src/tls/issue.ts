// Makes the CA and server certificates. Keys come from node's own crypto (quick); node-forge writes the X.509.
import { generateKeyPair, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { nameConstraintsExtension, permittedDomains } from './constraints.js';

const DAY_MS = 86_400_000;
/** Apple refuses more than 825 days from a private CA, browsers more than 398; both ends count. */
export const SERVER_DAYS = 396;
const CA_DAYS = 3650;
/** Certificates begin this much in the past, for clients whose clock is behind. */
const CLOCK_SKEW_MS = 3_600_000;

export interface KeyAndCertificate {
  /** PEM */
  readonly key: string;
  /** PEM */
  readonly cert: string;
}

/** What our CAs are called; the machine and the day tell two of them apart in a list of trusted CAs. */
export const CA_NAME_PREFIX = 'Mail gateway local CA';

const generateRsa = promisify(generateKeyPair);

async function newKey(): Promise<{ pem: string; publicKey: forge.pki.rsa.PublicKey }> {
  const { privateKey, publicKey } = await generateRsa('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { pem: privateKey, publicKey: forge.pki.publicKeyFromPem(publicKey) };
}

/** RFC 5280 §4.1.2.2: positive, at most 20 bytes; 127 random bits. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function blank(publicKey: forge.pki.rsa.PublicKey, commonName: string, days: number, now: Date): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = serialNumber();
  certificate.validity.notBefore = new Date(now.getTime() - CLOCK_SKEW_MS);
  certificate.validity.notAfter = new Date(now.getTime() - CLOCK_SKEW_MS + days * DAY_MS);
  certificate.setSubject([
    { shortName: 'O', value: 'Mail gateway' },
    { shortName: 'CN', value: commonName, valueTagClass: forge.asn1.Type.UTF8 as unknown as forge.asn1.Class },
  ]);
  return certificate;
}

const keyIdentifier = (publicKey: forge.pki.PublicKey): string =>
  forge.pki.getPublicKeyFingerprint(publicKey as forge.pki.rsa.PublicKey, { type: 'RSAPublicKey' }).getBytes();

/** A CA that may sign server certificates for this machine and private networks only. */
export async function issueCa(hostname: string, now: Date): Promise<KeyAndCertificate> {
  const { pem, publicKey } = await newKey();
  const name = `${CA_NAME_PREFIX} (${hostname.slice(0, 24)} ${now.toISOString().slice(0, 10)})`;
  const certificate = blank(publicKey, name, CA_DAYS, now);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
    nameConstraintsExtension(permittedDomains(hostname)),
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(pem), forge.md.sha256.create());
  return { key: pem, cert: forge.pki.certificateToPem(certificate) };
}

/** A server certificate, not a CA, for these DNS names and IP addresses. */
export async function issueServer(
  ca: KeyAndCertificate,
  names: readonly string[],
  now: Date,
): Promise<KeyAndCertificate> {
  const { pem, publicKey } = await newKey();
  const issuer = forge.pki.certificateFromPem(ca.cert);
  const certificate = blank(publicKey, 'Mail gateway', SERVER_DAYS, now);
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
    },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: keyIdentifier(issuer.publicKey) },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(ca.key), forge.md.sha256.create());
  return { key: pem, cert: forge.pki.certificateToPem(certificate) };
}
