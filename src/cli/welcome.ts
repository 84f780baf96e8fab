// What `gateway start` tells: what to type into a mail client, and how to add real accounts.
import { isIPv4 } from 'node:net';
import { relative } from 'node:path';
import type { Config } from '../config/index.js';
import type { Gateway } from '../gateway.js';
import { isAnyAddress, isLoopbackAddress, isPrivateAddress } from '../lib/addresses.js';
import { certificatePaths } from '../tls/index.js';
import { printable } from './text.js';

export interface WelcomeFacts {
  readonly config: Config;
  readonly ports: Gateway['ports'];
  /** The password itself where only the user sees it, else undefined. */
  readonly password: string | undefined;
  /** The address of the default account. */
  readonly address: string | undefined;
  /** This machine's addresses. */
  readonly addresses: readonly string[];
}

export function welcomeLines(facts: WelcomeFacts): string[] {
  const { config, ports } = facts;
  const ca = shortPath(certificatePaths(config.certsDir).ca);
  const hosts = hostsOf(config.listen.host, facts.addresses);
  const lines = [
    'The mail gateway is running. In your mail program, set up one account:',
    '',
    ...hosts.map(([what, host]) => `  ${what.padEnd(20)} ${host}`),
    `  ${'Incoming mail, IMAP'.padEnd(20)} ${portText(ports.imaps, ports.imap)}`,
    `  ${'Outgoing mail, SMTP'.padEnd(20)} ${portText(ports.smtps, ports.smtp)}`,
    `  ${'User name'.padEnd(20)} ${config.login.user}   (the same for both)`,
    `  ${'Password'.padEnd(20)} ${passwordText(facts)}`,
    ...(facts.address === undefined ? [] : [`  ${'E-mail address'.padEnd(20)} ${printable(facts.address)}`]),
    `  ${'Certificate'.padEnd(20)} let the program trust ${ca}`,
    '',
  ];
  return config.accounts.some((account) => account.kind === 'demo') ? [...lines, ...demoLines(config), ''] : lines;
}

const NO_LAN_ADDRESS = [
  ['', '(no LAN address of this machine was found for other'],
  ['', 'devices: join the network, then start again)'],
] as const;

function hostsOf(listenHost: string, addresses: readonly string[]): readonly (readonly [string, string])[] {
  if (!isAnyAddress(listenHost))
    return [['Server', listenHost === '127.0.0.1' ? 'localhost   (or 127.0.0.1)' : listenHost]];
  const lan = addresses.filter(
    (address) =>
      isPrivateAddress(address) &&
      !isLoopbackAddress(address) &&
      !/^fe80:/i.test(address) &&
      (listenHost !== '0.0.0.0' || isIPv4(address)),
  );
  return [
    ['Server', 'localhost   (on this machine)'],
    ...lan.map((address) => ['', `${address}   (on another device)`] as const),
    ...(lan.length > 0 ? [] : NO_LAN_ADDRESS),
  ];
}

const portText = (tls: number | undefined, starttls: number | undefined): string =>
  [
    ...(tls === undefined ? [] : [`port ${tls} with SSL/TLS`]),
    ...(starttls === undefined ? [] : [`port ${starttls} with STARTTLS`]),
  ].join(', or ') || 'off';

function passwordText({ config, password }: WelcomeFacts): string {
  const { path, source } = config.login.password;
  const place =
    path === undefined
      ? `as given in ${source === 'env' ? 'the environment' : 'the configuration'}`
      : `in the file ${shortPath(path)}`;
  return password === undefined ? place : `${password}   (${place})`;
}

function demoLines(config: Config): string[] {
  const names = config.accounts.filter((account) => account.kind === 'demo').map((account) => account.name);
  return [
    `${names.join(', ')}: built-in demo ${names.length === 1 ? 'account' : 'accounts'} with sample mail;`,
    'nothing leaves this machine.',
    `For your own mail, put your accounts into ${shortPath(config.file)} instead:`,
    '  { "name": "QQ", "address": "you@qq.com", "provider": "qq",',
    '    "auth": { "password": "file:qq-code.txt" } }',
    'README.md, "Your own accounts", tells what each provider wants.',
  ];
}

/** Relative when it is near. */
function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
