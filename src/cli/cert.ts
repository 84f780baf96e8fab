// gateway cert: shows the certificates, exports the CA for a client or a phone, makes new ones.
import { writeFile } from 'node:fs/promises';
import { loadConfig } from '../config/index.js';
import { errorCode } from '../lib/files.js';
import { silentLogger } from '../lib/logger.js';
import {
  type CaFormat,
  type Certificates,
  certificateNames,
  certificatePaths,
  ensureCertificates,
  exportCa,
  fingerprintOf,
} from '../tls/index.js';
import { CliError, ExitCode, type Io } from './io.js';

export interface CertOptions {
  readonly config: string;
  readonly json: boolean;
}

function certificates(
  file: string,
  force?: 'server' | 'ca',
): Promise<Certificates & { paths: ReturnType<typeof certificatePaths> }> {
  const { certsDir, listen } = loadConfig(file, { lazySecrets: true });
  const options = { certsDir, names: certificateNames(listen.host), logger: silentLogger };
  const paths = certificatePaths(certsDir);
  return ensureCertificates(force ? { ...options, force } : options).then((made) => ({ ...made, paths }));
}

export async function showCert({ config, json }: CertOptions, io: Io): Promise<ExitCode> {
  printFacts(await certificates(config), json, io);
  return ExitCode.ok;
}

function printFacts(facts: Awaited<ReturnType<typeof certificates>>, json: boolean, io: Io): void {
  const { paths, ca, cert, names, issuedAt, expiresAt } = facts;
  const prints = { ca: fingerprintOf(ca), server: fingerprintOf(cert) };
  if (json) {
    const { ca: caFile, server: certFile } = paths;
    io.print(
      JSON.stringify({
        ca: caFile,
        caFingerprint256: prints.ca,
        server: certFile,
        serverFingerprint256: prints.server,
        names,
        issuedAt,
        expiresAt,
      }),
    );
    return;
  }
  io.print(`CA, for mail programs to trust:  ${paths.ca}`);
  io.print(`  SHA-256 ${prints.ca}`);
  io.print(`Server certificate:              ${paths.server}`);
  io.print(`  SHA-256 ${prints.server}`);
  io.print(
    `  valid   ${issuedAt.toISOString().slice(0, 10)} to ${expiresAt.toISOString().slice(0, 10)}, renewed by itself`,
  );
  io.print(`  for     ${names.join(', ')}`);
}

export interface ExportOptions {
  readonly config: string;
  readonly format: CaFormat;
  /** Undefined: standard output. */
  readonly out: string | undefined;
}

export async function exportCert({ config, format, out }: ExportOptions, io: Io): Promise<ExitCode> {
  const { ca } = await certificates(config);
  const bytes = exportCa(ca, format);
  if (out === undefined || out === '-') {
    io.printBytes(bytes);
    return ExitCode.ok;
  }
  try {
    await writeFile(out, bytes);
  } catch (error) {
    throw new CliError(`cannot write ${out} (${errorCode(error) ?? String(error)})`, ExitCode.failed, { cause: error });
  }
  io.complain(`wrote ${out}`);
  return ExitCode.ok;
}

export async function reissueCert({ config, json, ca }: CertOptions & { ca: boolean }, io: Io): Promise<ExitCode> {
  printFacts(await certificates(config, ca ? 'ca' : 'server'), json, io);
  io.complain(
    `${ca ? 'Every mail program must trust the new CA. ' : ''}A gateway that is running takes it at its next start.`,
  );
  return ExitCode.ok;
}
