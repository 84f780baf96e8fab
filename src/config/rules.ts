// What one field of the configuration has to do with another (DESIGN §13, §5, §10).
import { isIP } from 'node:net';
import { isAnyAddress, isLoopbackAddress, isPrivateAddress } from '../lib/addresses.js';
import { deviceProblems } from './devices.js';
import type { FieldPath, Problem } from './problems.js';
import type { AccountEntry, ConfigFile } from './schema.js';

/** Names at the top of the mailbox list that are the gateway's own (DESIGN §5, §7, §9). */
const RESERVED_NAMES = ['INBOX', 'Drafts', 'Sent', 'Archive', 'Junk', 'Trash', 'Views', 'Outbox', 'Recovered'];
const reserved = new Set(RESERVED_NAMES.map((name) => name.toLowerCase()));

const same = (text: string): string => text.normalize('NFC').toLowerCase();

/** Everything the shape alone cannot tell. `input` has the right shape. */
export const ruleProblems = (input: ConfigFile): Problem[] => [
  ...listenProblems(input.listen),
  ...deviceProblems(input.login),
  ...input.accounts.flatMap((account, index) => accountProblems(account, ['accounts', index])),
  ...duplicates(input.accounts),
  ...mergeProblems(input),
  ...viewProblems(input),
];

function listenProblems(listen: ConfigFile['listen']): Problem[] {
  const problems: Problem[] = [];
  const say = (key: keyof ConfigFile['listen'], text: string) => problems.push({ path: ['listen', key], text });
  const { host } = listen;
  if (!isIP(host) && host !== 'localhost') {
    say(
      'host',
      `must be an IP address of this machine ("127.0.0.1", "192.168.1.20", "0.0.0.0" for all), not ${JSON.stringify(host)}`,
    );
  } else if (isIP(host) && !isAnyAddress(host) && !isPrivateAddress(host)) {
    say(
      'host',
      `${host} is a public address; the gateway serves this machine and the home network only: give a private address, or 0.0.0.0`,
    );
  }
  if (listen.plaintextOnLoopback && host !== 'localhost' && !isLoopbackAddress(host)) {
    say(
      'plaintextOnLoopback',
      `cannot be true while listen.host is ${JSON.stringify(host)}: passwords would cross the network in clear; set it to false, or listen on 127.0.0.1`,
    );
  }
  const ports = ['imap', 'imaps', 'smtp', 'smtps', 'web'] as const;
  for (const [index, key] of ports.entries()) {
    const twin = ports.slice(0, index).find((other) => listen[other] === listen[key] && listen[key] !== 0);
    if (twin) say(key, `is the same port as listen.${twin} (${listen[key]}): give each its own`);
  }
  if (!listen.ephemeral && ports.slice(0, 4).every((key) => listen[key] === 0)) {
    say('imap', 'and all the other ports are 0, so no mail client could connect: give at least one');
  }
  return problems;
}

function nameProblem(name: string): string | undefined {
  if (name.includes('/')) return 'must not contain "/", which separates levels of the mailbox list';
  if (/[%*"\\\p{Cc}]/u.test(name)) return `must not contain control characters or any of % * " \\`;
  if (name !== name.trim()) return 'must not begin or end with a space';
  if (reserved.has(same(name))) return `${JSON.stringify(name)} is a mailbox of the gateway's own: choose another name`;
  return undefined;
}

function accountProblems(account: AccountEntry, path: FieldPath): Problem[] {
  const problems: Problem[] = [];
  const say = (key: keyof AccountEntry, text: string) => problems.push({ path: [...path, key], text });
  const wrongName = nameProblem(account.name);
  if (wrongName) say('name', wrongName);
  if (account.demo) {
    for (const key of ['provider', 'imap', 'smtp', 'auth', 'serverCertificate', 'savesSent'] as const) {
      if (account[key] !== undefined)
        say(key, 'has no place in a demo account: take it out, or take "demo" out to make it a real account');
    }
    return problems;
  }
  if (account.address === undefined)
    say('address', 'is missing: the mail address of the account (or "demo" to make it a demo account)');
  if (account.auth === undefined) say('auth', 'is missing: {"user": …, "password": "env:NAME" or "file:PATH"}');
  const known = account.provider !== undefined && account.provider !== 'generic';
  if (known) return problems;
  const generic =
    account.provider === 'generic'
      ? ' for a "generic" account'
      : ': give it, or a known "provider" such as "qq" or "gmail"';
  if (account.imap === undefined) say('imap', `is missing${generic}`);
  if (account.smtp === undefined) say('smtp', `is missing${generic}`);
  return problems;
}

/** Says of the second of two equal things where the first is. */
function repeated(
  entries: readonly (readonly [text: string, path: FieldPath, owner: number])[],
  what: string,
): Problem[] {
  const first = new Map<string, number>();
  const problems: Problem[] = [];
  for (const [text, path, owner] of entries) {
    const earlier = first.get(same(text));
    if (earlier === undefined) first.set(same(text), owner);
    else
      problems.push({
        path,
        text: `${JSON.stringify(text)} is already ${what} accounts[${earlier}]: each may occur once`,
      });
  }
  return problems;
}

function duplicates(accounts: readonly AccountEntry[]): Problem[] {
  const names = accounts.map((account, index) => [account.name, ['accounts', index, 'name'], index] as const);
  const addresses = accounts.flatMap((account, index) => [
    ...(account.address === undefined ? [] : [[account.address, ['accounts', index, 'address'], index] as const]),
    ...account.identities.map((identity, at) => [identity, ['accounts', index, 'identities', at], index] as const),
  ]);
  const defaults = accounts.flatMap((account, index) => (account.default ? [index] : []));
  return [
    ...repeated(names, 'the name of'),
    ...repeated(addresses, 'an address of'),
    ...defaults.slice(1).map((index) => ({
      path: ['accounts', index, 'default'],
      text: `is true, and so is that of accounts[${defaults[0]}]: only one account can be the default`,
    })),
  ];
}

function mergeProblems({ accounts, mailboxes }: ConfigFile): Problem[] {
  const names = new Set(accounts.map((account) => same(account.name)));
  return Object.entries(mailboxes.merge).flatMap(([merged, members]) => {
    const path = ['mailboxes', 'merge', merged];
    const top = merged.split('/')[0] ?? '';
    const problems: Problem[] = [];
    if (merged.split('/').includes('')) problems.push({ path, text: 'has an empty level in its name' });
    else if (reserved.has(same(top)) || names.has(same(top))) {
      problems.push({ path, text: `stands below ${JSON.stringify(top)}, which is taken: choose a name of its own` });
    }
    for (const [index, member] of members.entries()) {
      const owner = member.split('/')[0] ?? '';
      if (!names.has(same(owner)) || !member.includes('/')) {
        problems.push({
          path: [...path, index],
          text: `${JSON.stringify(member)} must begin with the name of an account, as in "${accounts[0]?.name}/Receipts"`,
        });
      }
    }
    return problems;
  });
}

const viewProblems = ({ mailboxes }: ConfigFile): Problem[] =>
  Object.entries(mailboxes.views).flatMap(([name, search]) => {
    const path = ['mailboxes', 'views', name];
    if (!/^Views\/[^/]+$/.test(name))
      return [{ path, text: 'must be called "Views/" and one name, as in "Views/Unread"' }];
    return /[\r\n\0]/.test(search) ? [{ path, text: 'must be one line' }] : [];
  });
