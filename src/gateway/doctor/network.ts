// The way to a server, one step after the other: its name, a connection, its certificate, its first words. Nobody signs in.
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { DeadlineError, withDeadline } from '../../lib/deadline.js';
import { errorCode } from '../../lib/files.js';
import { safeText } from '../../mail/errors.js';
import type { Servers } from '../upstreams.js';
import { type Finding, findings, type Said, said } from './finding.js';
import {
  certificateRemedy,
  connectRemedy,
  GREETING_REMEDY,
  isNoTls,
  NAME_REMEDY,
  NO_STARTTLS_REMEDY,
  NO_TLS_REMEDY,
  silentRemedy,
  withoutInternals,
} from './network-remedies.js';

export interface Way {
  readonly side: 'imap' | 'smtp';
  readonly account: string;
  readonly endpoint: Servers['imap'];
  readonly tlsOptions: Servers['tlsOptions'];
  readonly timeoutMs: number;
  /** The gateway has had mail of it: its settings were right then. */
  readonly hasWorked: boolean;
}

/** What each step found, up to the first that failed; `isOpen`: signing in can be tried. */
export async function probeWay(way: Way): Promise<{ found: Finding[]; isOpen: boolean }> {
  const { endpoint, side, account, timeoutMs, hasWorked } = way;
  const say = findings(side, account);
  const where = `${endpoint.host}:${endpoint.port}`;
  const found: Finding[] = [];
  const step = async <T>(
    what: Said,
    remedy: (code: string) => Said,
    work: () => Promise<{ result: T; evidence: string }>,
  ) => {
    const began = performance.now();
    try {
      const { result, evidence } = await withDeadline(what.en, timeoutMs, work());
      found.push(say.ok(what, evidence, performance.now() - began));
      return result;
    } catch (error) {
      const code = errorCode(error) ?? '';
      const isSilent = error instanceof DeadlineError;
      const text = isSilent ? `no answer within ${timeoutMs / 1_000} s` : withoutInternals(error);
      found.push(say.bad(what, isSilent ? silentRemedy(hasWorked) : remedy(code), `${where}: ${safeText(text)}`));
      return undefined;
    }
  };
  const addresses = await step(
    said('the name is found', '域名解析'),
    () => NAME_REMEDY,
    async () => {
      const all = isIP(endpoint.host) ? [{ address: endpoint.host }] : await lookup(endpoint.host, { all: true });
      return { result: all, evidence: `${endpoint.host}: ${all.map(({ address }) => address).join(', ')}` };
    },
  );
  if (!addresses) return { found, isOpen: false };
  const socket = await step(said('a connection is made', '建立连接'), connectRemedy, async () => ({
    result: await opened(connectTcp({ host: endpoint.host, port: endpoint.port }), 'connect'),
    evidence: where,
  }));
  if (!socket) return { found, isOpen: false };
  try {
    const isTls = endpoint.tls === 'implicit';
    const secure = isTls
      ? await step(
          said('the server proves who it is', '服务器证书'),
          (code) => (isNoTls(code) ? NO_TLS_REMEDY : certificateRemedy(code)),
          () => prove(way, socket),
        )
      : socket;
    if (!secure) return { found, isOpen: false };
    const greeting = await step(
      said('the server speaks first', '服务器问候语'),
      () => GREETING_REMEDY,
      async () => {
        const line = safeText((await readUntil(secure, /\n|^.{1000}/)).split('\n')[0] ?? '');
        const isRight = side === 'imap' ? /^\* (OK|PREAUTH)/i.test(line) : /^220[ -]/.test(line);
        if (!isRight) throw new Error(`it says "${line}"`);
        return { result: line, evidence: line };
      },
    );
    const isReady =
      greeting !== undefined &&
      (endpoint.tls !== 'starttls' ||
        (await step(
          said('the server offers encryption (STARTTLS)', '服务器支持加密（STARTTLS）'),
          () => NO_STARTTLS_REMEDY,
          () => offersStartTls(secure, side),
        )) !== undefined);
    if (greeting !== undefined) secure.end(side === 'imap' ? 'D LOGOUT\r\n' : 'QUIT\r\n');
    return { found, isOpen: isReady };
  } finally {
    setTimeout(() => socket.destroy(), 200).unref();
  }
}

function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once(event, () => {
      socket.removeListener('error', reject);
      // What comes later is found by who reads.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

async function prove({ endpoint, tlsOptions }: Way, socket: Socket): Promise<{ result: TLSSocket; evidence: string }> {
  const servername = isIP(endpoint.host) ? {} : { servername: endpoint.host };
  const options = { socket, host: endpoint.host, minVersion: 'TLSv1.2', ...servername, ...tlsOptions } as const;
  // Let through, to see what it is; what it was refused for is told below.
  const secure = await opened(connectTls({ ...options, rejectUnauthorized: false }), 'secureConnect');
  const { subject, issuer, valid_to } = secure.getPeerCertificate();
  const evidence = `${secure.getProtocol()}, ${subject?.CN ?? '?'}, by ${issuer?.O ?? issuer?.CN ?? '?'}, until ${valid_to}`;
  if (!secure.authorized && tlsOptions.rejectUnauthorized !== false) {
    const code = String(secure.authorizationError);
    secure.destroy();
    throw Object.assign(new Error(`${code} (${evidence})`), { code });
  }
  return { result: secure, evidence };
}

/** What the socket says from now on, until it fits. */
function readUntil(socket: Socket, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!pattern.test(text) && text.length < MAX_ANSWER) return;
      socket.removeListener('data', onData);
      resolve(text);
    };
    socket.on('data', onData);
    socket.once('close', () => reject(new Error('it closes the connection without a word')));
  });
}

const MAX_ANSWER = 10_000;

async function offersStartTls(socket: Socket, side: 'imap' | 'smtp'): Promise<{ result: true; evidence: string }> {
  const isImap = side === 'imap';
  const answer = readUntil(socket, isImap ? /^C (?:OK|NO|BAD)/im : /^\d{3} [^\n]*\n/m);
  socket.write(isImap ? 'C CAPABILITY\r\n' : 'EHLO localhost\r\n');
  if (!/\bSTARTTLS\b/i.test(await answer)) throw new Error('it offers no STARTTLS');
  return { result: true, evidence: '' };
}
