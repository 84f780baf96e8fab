// ca.pem, ca.key, server.pem and server.key in the certificates directory: made at the first start, renewed by
// themselves. The CA is kept for as long as it can be, since people install it on their phones.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ensurePrivateDirectory, errorCode, writeFileWhole } from '../lib/files.js';
import type { Logger } from '../lib/logger.js';
import { constrainedDomains, isPermitted } from './constraints.js';
import { CA_NAME_PREFIX, issueCa, issueServer, type KeyAndCertificate } from './issue.js';

const RENEW_BEFORE_MS = 30 * 86_400_000;
/** Old names are kept when new ones come (a laptop between two networks), up to this many. */
const MAX_NAMES = 40;

/** The certificates cannot be used or made; the message is one line for the user and names the remedy. */
export class TlsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TlsError';
  }
}

export interface CertificateOptions {
  readonly certsDir: string;
  /** DNS names and IP addresses the server certificate must carry: `certificateNames(listenHost)`. */
  readonly names: readonly string[];
  readonly logger: Logger;
  /** Make new ones although the old are good: the server certificate, or the CA too (clients must trust it anew). */
  readonly force?: 'server' | 'ca';
  /** For tests. */
  readonly now?: Date;
}

/** What a TLS server needs; all PEM. */
export interface Certificates {
  /** What a client trusts. */
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  /** DNS names and addresses in the server certificate. */
  readonly names: readonly string[];
  /** True when the server certificate was made by this call. */
  readonly reissued: boolean;
}

interface Paths {
  readonly ca: string;
  readonly caKey: string;
  readonly server: string;
  readonly serverKey: string;
}

/** Where the four files are. */
export const certificatePaths = (certsDir: string): Paths => ({
  ca: join(certsDir, 'ca.pem'),
  caKey: join(certsDir, 'ca.key'),
  server: join(certsDir, 'server.pem'),
  serverKey: join(certsDir, 'server.key'),
});

/** Loads the certificates, making or renewing what is missing, expires within 30 days or lacks a name. @throws {TlsError} */
export async function ensureCertificates(options: CertificateOptions): Promise<Certificates> {
  const { certsDir, logger, force, now = new Date() } = options;
  const paths = certificatePaths(certsDir);
  try {
    await ensurePrivateDirectory(certsDir);
    const ca = await ensureCa(paths, force === 'ca', logger, now);
    const names = permittedNames(options.names, ca.cert, logger);
    const server = await loadServer(paths, ca.cert);
    const reason = force ? 'asked for' : renewalReason(server, names, now);
    if (server && reason === undefined) return result(ca.cert, server, false);
    logger.info({ reason }, 'making a server certificate');
    const kept =
      server && !force ? permittedNames(namesOf(server.cert), ca.cert).filter((name) => !names.includes(name)) : [];
    const signer = signingCa(ca, paths, reason ?? '');
    const made = await issueServer(signer, [...new Set([...names, ...kept])].slice(0, MAX_NAMES), now);
    await writeFileWhole(paths.serverKey, made.key, 0o600);
    await writeFileWhole(paths.server, made.cert, 0o644);
    return result(ca.cert, made, true);
  } catch (error) {
    if (error instanceof TlsError) throw error;
    const code = errorCode(error);
    throw new TlsError(`cannot read or write the certificates in ${certsDir} (${code ?? String(error)})`, {
      cause: error,
    });
  }
}

const result = (ca: string, server: KeyAndCertificate, reissued: boolean): Certificates => {
  const { validFrom, validTo } = new X509Certificate(server.cert);
  return {
    ca,
    ...server,
    issuedAt: new Date(validFrom),
    expiresAt: new Date(validTo),
    names: namesOf(server.cert),
    reissued,
  };
};

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new TlsError(`cannot read ${path} (${errorCode(error) ?? String(error)})`, { cause: error });
  }
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined; // not a certificate: each caller says so in its own words
  }
}

function isKeyOf(certificate: X509Certificate, keyPem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false; // not a key at all: as useless as a wrong one
  }
}

/** The CA; without a usable key (`key` is '') it can still be shown to clients, but sign nothing. */
async function ensureCa(paths: Paths, force: boolean, logger: Logger, now: Date): Promise<KeyAndCertificate> {
  const pem = await readIfThere(paths.ca);
  if (pem === undefined || force) return makeCa(paths, logger, now);
  const certificate = parse(pem);
  if (!certificate?.ca)
    throw new TlsError(
      `${paths.ca} is no CA certificate: restore it, or make a new one with "gateway cert reissue --ca"`,
    );
  if (new Date(certificate.validTo).getTime() - now.getTime() < RENEW_BEFORE_MS) {
    logger.warn('the local CA expires: a new one is made, which mail clients must trust anew');
    return makeCa(paths, logger, now);
  }
  const key = await readIfThere(paths.caKey);
  return { cert: pem, key: key !== undefined && isKeyOf(certificate, key) ? key : '' };
}

async function makeCa(paths: Paths, logger: Logger, now: Date): Promise<KeyAndCertificate> {
  const ca = await issueCa(hostname(), now);
  // A crash between these steps must not leave a server certificate beside a CA that did not sign it.
  const server = await readIfThere(paths.server);
  if (server !== undefined) {
    refuseForeign(paths, server);
    await rm(paths.server);
  }
  await rm(paths.ca, { force: true });
  await writeFileWhole(paths.caKey, ca.key, 0o600);
  await writeFileWhole(paths.ca, ca.cert, 0o644);
  logger.info({ file: paths.ca }, 'made a local CA');
  return ca;
}

function signingCa(ca: KeyAndCertificate, paths: Paths, reason: string): KeyAndCertificate {
  if (ca.key !== '') return ca;
  throw new TlsError(
    `a server certificate must be made (${reason}), but ${paths.caKey} is missing or does not fit ${paths.ca}: restore it, or make a new CA with "gateway cert reissue --ca"`,
  );
}

/** A certificate that we did not make is somebody's own: never overwritten. */
function refuseForeign(paths: Paths, pem: string): void {
  const certificate = parse(pem);
  if (!certificate || certificate.issuer.includes(`CN=${CA_NAME_PREFIX}`)) return;
  throw new TlsError(`${paths.server} was not made by the gateway: move it elsewhere and start again`);
}

/** The server certificate with its key, or undefined when there is none that can be used. */
async function loadServer(paths: Paths, caPem: string): Promise<KeyAndCertificate | undefined> {
  const cert = await readIfThere(paths.server);
  if (cert === undefined) return undefined;
  refuseForeign(paths, cert);
  const certificate = parse(cert);
  const key = await readIfThere(paths.serverKey);
  const ca = new X509Certificate(caPem);
  if (!certificate || key === undefined || !isKeyOf(certificate, key)) return undefined;
  return certificate.checkIssued(ca) && certificate.verify(ca.publicKey) ? { key, cert } : undefined;
}

function renewalReason(server: KeyAndCertificate | undefined, names: readonly string[], now: Date): string | undefined {
  if (!server) return 'there is none that fits';
  if (new Date(new X509Certificate(server.cert).validTo).getTime() - now.getTime() < RENEW_BEFORE_MS)
    return 'the old one expires';
  const present = new Set(namesOf(server.cert));
  const missing = names.filter((name) => !present.has(canonical(name)));
  return missing.length > 0 ? `the old one lacks ${missing.join(', ')}` : undefined;
}

/** IPv6 addresses in one spelling. */
const canonical = (name: string): string =>
  isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase();

/** The DNS names and addresses of a certificate. */
export function namesOf(pem: string): string[] {
  const text = new X509Certificate(pem).subjectAltName ?? '';
  return text.split(', ').flatMap((entry) => {
    const match = /^(?:DNS|IP Address):(.+)$/.exec(entry);
    return match?.[1] === undefined ? [] : [canonical(match[1])];
  });
}

/** Without the names the CA may not sign for: one of them would make strict clients refuse the whole certificate. */
function permittedNames(names: readonly string[], caPem: string, logger?: Logger): string[] {
  const domains = constrainedDomains(caPem);
  if (!domains) return names.map(canonical);
  const [good, bad] = [
    names.filter((name) => isPermitted(name, domains)),
    names.filter((name) => !isPermitted(name, domains)),
  ];
  if (bad.length > 0) logger?.warn({ names: bad }, 'the local CA may not sign for these names: they are left out');
  return good.map(canonical);
}
