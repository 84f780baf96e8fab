// Reads gateway.config.json once; what comes out is complete, absolute, frozen and trusted (STYLE §6).
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isLoopbackAddress } from '../lib/addresses.js';
import { errorCode } from '../lib/files.js';
import type { Secret } from '../lib/secret.js';
import { type LoginConfig, loginConfig } from './devices.js';
import { JsonSyntaxError, type ParsedJson, parseJson } from './json.js';
import { ConfigError, fieldName, type Problem, schemaProblems } from './problems.js';
import type { QuirksEntry } from './quirks-schema.js';
import { ruleProblems } from './rules.js';
import {
  type AccountEntry,
  type ConfigFile,
  configSchema,
  type DEMO_PROVIDERS,
  type EndpointEntry,
  type ListenConfig,
} from './schema.js';
import { parseSecretReference, resolveSecret, SecretError, secretWarning } from './secrets.js';

export interface EndpointConfig {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
}

interface AccountBasics {
  readonly name: string;
  /** True for exactly one account. */
  readonly default: boolean;
  readonly identities: readonly string[];
  /** How its server is dealt with, whatever is known or found out of it. */
  readonly quirks: QuirksEntry;
}

/** A built-in upstream with sample mail. */
export interface DemoAccount extends AccountBasics {
  readonly kind: 'demo';
  readonly demo: (typeof DEMO_PROVIDERS)[number];
  /** Undefined: the demo's own. */
  readonly address: string | undefined;
}

/** A login at a provider. */
export interface UpstreamAccount extends AccountBasics {
  readonly kind: 'upstream';
  readonly address: string;
  /** A provider's name, or `generic`. */
  readonly provider: string;
  /** Always set for a generic account; for a known provider only when the file overrides its servers. */
  readonly imap: EndpointConfig | undefined;
  readonly smtp: EndpointConfig | undefined;
  readonly auth: { readonly user: string; readonly password: Secret };
  readonly serverCertificate: { /** PEM text. */ readonly ca: string | undefined; readonly verify: boolean };
  /** Undefined: as the provider does. */
  readonly savesSent: boolean | undefined;
}

export type AccountConfig = DemoAccount | UpstreamAccount;

/** The whole configuration, frozen: paths absolute, defaults filled in. */
export interface Config {
  /** The file it came from, absolute. */
  readonly file: string;
  readonly dataDir: string;
  readonly certsDir: string;
  readonly listen: ListenConfig;
  readonly login: LoginConfig;
  readonly accounts: readonly AccountConfig[];
  readonly mailboxes: {
    readonly accountTrees: 'all' | 'folders' | 'none';
    readonly accountKeywords: boolean;
    readonly merge: Readonly<Record<string, readonly string[]>>;
    readonly views: Readonly<Record<string, string>>;
  };
  readonly bodies: Readonly<ConfigFile['bodies']>;
  readonly log: { readonly level: ConfigFile['log']['level'] };
  /** What works but is unwise, one line each, for the user. */
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  /** True: secrets are looked up when revealed only, certificates not at all; `passwords`: only the former. Default false. */
  readonly lazySecrets?: boolean | 'passwords';
}

/** @throws {ConfigError} with everything that is wrong */
export function loadConfig(path: string, options: LoadOptions = {}): Config {
  const file = resolve(path);
  return configOf(file, readJson(file), options);
}

/** @throws {ConfigError} with everything that is wrong */
export function configOf(file: string, json: ParsedJson, { lazySecrets = false }: LoadOptions): Config {
  const problems: Problem[] = [];
  const parsed = configSchema.safeParse(json.value);
  if (!parsed.success) problems.push(...schemaProblems(parsed.error.issues, json.value));
  else problems.push(...ruleProblems(parsed.data));
  if (!parsed.success || problems.length > 0) throw configError(file, problems, json);
  const warnings: Problem[] = [];
  const [lazy, skipsCa] = [lazySecrets !== false, lazySecrets === true];
  const config = resolved(file, parsed.data, { lazy, skipsCa, problems, warnings });
  if (problems.length > 0) throw configError(file, problems, json);
  return deepFreeze({ ...config, warnings: warnings.map(({ path, text }) => `${fieldName(path)} ${text}`) });
}

const configError = (file: string, problems: readonly Problem[], json: ParsedJson): ConfigError =>
  new ConfigError(
    file,
    problems
      .map(({ path, text }) => ({ field: fieldName(path), text, position: json.positionOf(path) }))
      .sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column),
  );

export function readJson(file: string): ParsedJson {
  const fail = (text: string, cause: unknown, position?: JsonSyntaxError['position']): never => {
    throw new ConfigError(file, [{ field: '', text, position }], { cause });
  };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return fail('there is no such file: give the right one with --config FILE', error);
    if (code === 'EISDIR') return fail('is a directory: give the file in it with --config FILE', error);
    return fail(`cannot be read (${code ?? String(error)})`, error);
  }
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return fail(error.message, error, error.position);
    throw error;
  }
}

interface Findings {
  readonly lazy: boolean;
  readonly skipsCa: boolean;
  readonly problems: Problem[];
  readonly warnings: Problem[];
}

function resolved(file: string, input: ConfigFile, findings: Findings): Omit<Config, 'warnings'> {
  const baseDir = dirname(file);
  const dataDir = resolve(baseDir, input.dataDir);
  const certsDir = resolve(baseDir, input.certsDir);
  findings.problems.push(...fileInTheWay('dataDir', dataDir), ...fileInTheWay('certsDir', certsDir));
  if (Object.keys(input.mailboxes.views).length > 0) {
    findings.warnings.push({
      path: ['mailboxes', 'views'],
      text: 'is not served by this version yet: no such mailbox will be shown',
    });
  }
  const marked = input.accounts.findIndex((account) => account.default);
  return {
    file,
    dataDir,
    certsDir,
    listen: { ...input.listen, host: input.listen.host === 'localhost' ? '127.0.0.1' : input.listen.host },
    login: loginConfig(input.login, { ...findings, file, dataDir, baseDir }),
    accounts: input.accounts.map((entry, index) =>
      account(entry, index, { ...findings, baseDir, isDefault: index === Math.max(0, marked) }),
    ),
    mailboxes: input.mailboxes,
    bodies: input.bodies,
    log: input.log,
  };
}

/** Said here rather than by whatever first wants to write there: the field is what has to be changed. */
function fileInTheWay(field: 'dataDir' | 'certsDir', directory: string): Problem[] {
  for (let path = directory; ; path = dirname(path)) {
    const kind = kindOf(path);
    if (kind === 'directory' || path === dirname(path)) return [];
    if (kind === 'file') return [{ path: [field], text: `names ${directory}, ${inTheWayText(path, directory)}` }];
  }
}

function kindOf(path: string): 'directory' | 'file' | 'unknown' {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'file';
  } catch {
    return 'unknown'; // missing, below a file, or not ours to look at: whoever uses it says so
  }
}

const inTheWayText = (path: string, directory: string): string =>
  `${path === directory ? 'which is a file' : `but ${path} is a file`}, not a directory: move it away, or give another directory`;

interface AccountContext extends Findings {
  readonly baseDir: string;
  readonly isDefault: boolean;
}

function account(entry: AccountEntry, index: number, context: AccountContext): AccountConfig {
  const basics = {
    name: entry.name.normalize('NFC'),
    default: context.isDefault,
    identities: entry.identities,
    quirks: entry.quirks ?? {},
  };
  if (entry.demo) return { ...basics, kind: 'demo', demo: entry.demo, address: entry.address };
  const path = ['accounts', index];
  const address = entry.address ?? '';
  const provider = entry.provider ?? 'generic';
  if (provider === 'hotmail' || provider === 'outlook' || provider === 'microsoft365') {
    context.warnings.push({
      path: [...path, 'provider'],
      text: `"${provider}": Microsoft takes no passwords from mail programs any more, so this account will not be able to sign in`,
    });
  }
  const imap = endpoint(entry.imap, { implicit: 993, other: 143 });
  const smtp = endpoint(entry.smtp, { implicit: 465, other: 587 });
  for (const [key, server] of [
    ['imap', imap],
    ['smtp', smtp],
  ] as const) {
    if (server?.tls !== 'none' || server.host === 'localhost' || isLoopbackAddress(server.host)) continue;
    context.warnings.push({
      path: [...path, key, 'tls'],
      text: `is "none": the password and the mail cross the network to ${server.host} in clear`,
    });
  }
  return {
    ...basics,
    kind: 'upstream',
    address,
    provider,
    imap,
    smtp,
    auth: {
      user: entry.auth?.user ?? address,
      password: secret(entry.auth?.password ?? '', [...path, 'auth', 'password'], context),
    },
    serverCertificate: serverCertificate(entry, path, context),
    savesSent: entry.savesSent,
  };
}

/** The port tells the kind of TLS, and the kind of TLS the port. */
function endpoint(
  entry: EndpointEntry | undefined,
  ports: { implicit: number; other: number },
): EndpointConfig | undefined {
  if (!entry) return undefined;
  const tls = entry.tls ?? ([ports.other, 25].includes(entry.port ?? ports.implicit) ? 'starttls' : 'implicit');
  return { host: entry.host, port: entry.port ?? (tls === 'implicit' ? ports.implicit : ports.other), tls };
}

function secret(text: string, path: Problem['path'], context: AccountContext): Secret {
  const reference = parseSecretReference(text, context.baseDir);
  const warning = secretWarning(reference);
  if (warning) context.warnings.push({ path, text: warning });
  try {
    return resolveSecret(reference, context.lazy);
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    context.problems.push({ path, text: error.message });
    return resolveSecret(reference, true);
  }
}

function serverCertificate(
  entry: AccountEntry,
  path: Problem['path'],
  context: AccountContext,
): UpstreamAccount['serverCertificate'] {
  const { ca, verify = true } = entry.serverCertificate ?? {};
  const at = [...path, 'serverCertificate'];
  if (!verify)
    context.warnings.push({
      path: [...at, 'verify'],
      text: 'is false: whoever is between here and the server can read and change the mail',
    });
  if (ca === undefined || context.skipsCa) return { ca: undefined, verify };
  const file = resolve(context.baseDir, ca);
  try {
    const pem = readFileSync(file, 'utf8');
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
      context.problems.push({ path: [...at, 'ca'], text: `names the file ${file}, which holds no PEM certificate` });
    }
    return { ca: pem, verify };
  } catch (error) {
    context.problems.push({
      path: [...at, 'ca'],
      text: `names the file ${file}, which cannot be read (${errorCode(error) ?? String(error)})`,
    });
    return { ca: undefined, verify };
  }
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value))
    if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) deepFreeze(part);
  return Object.freeze(value);
}
