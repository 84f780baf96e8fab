// The way to a server, one step after the other: its name, a connection, its certificate, its first words. Nobody signs in.
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { DeadlineError, withDeadline } from '../../lib/deadline.js';
import { errorCode } from '../../lib/files.js';
import { safeText } from '../../mail/errors.js';
import type { Servers } from '../upstreams.js';
import { type Finding, findings, quoted, type Said, said, same } from './finding.js';
import * as words from './network-words.js';

export interface Way {
  readonly side: 'imap' | 'smtp';
  readonly account: string;
  readonly endpoint: Servers['imap'];
  readonly tlsOptions: Servers['tlsOptions'];
  readonly timeoutMs: number;
  /** The gateway has had mail of it: its settings were right then. */
  readonly hasWorked: boolean;
}

export interface Found {
  readonly found: Finding[];
  /** Signing in can be tried. */
  readonly isOpen: boolean;
  /** Of the step that failed: another side with the same one suffers from the same fault. Undefined: a fault of its own. */
  readonly cause?: string | undefined;
}

/** What each step found, up to the first that failed. */
export async function probeWay(way: Way): Promise<Found> {
  const { endpoint, side, account, timeoutMs, hasWorked } = way;
  const say = findings(side, account);
  const where = `${endpoint.host}:${endpoint.port}`;
  const found: Finding[] = [];
  let cause: string | undefined;
  const step = async <T>(
    what: words.Step,
    remedy: (code: string) => Said,
    work: () => Promise<{ result: T; evidence: Said }>,
  ) => {
    const began = performance.now();
    try {
      const { result, evidence } = await withDeadline(what.done.en, timeoutMs, work());
      found.push(say.ok(what.done, evidence, performance.now() - began));
      return result;
    } catch (error) {
      const code = errorCode(error) ?? '';
      const isSilent = error instanceof DeadlineError;
      const { en, zh } = isSilent ? words.noAnswerWithin(timeoutMs) : words.failureSaid(error);
      const evidence = said(`${where}: ${safeText(en)}`, `${where}：${safeText(zh)}`);
      found.push(say.bad(what.failed, isSilent ? words.silentRemedy(hasWorked) : remedy(code), evidence));
      cause = causeOf(what, isSilent ? 'silent' : code, endpoint.host);
      return undefined;
    }
  };
  const isFound = await step(
    words.NAME_STEP,
    () => words.NAME_REMEDY,
    async () => {
      if (isIP(endpoint.host)) return { result: true, evidence: same(endpoint.host) };
      const all = await lookup(endpoint.host, { all: true });
      return { result: true, evidence: same(`${endpoint.host}: ${all.map(({ address }) => address).join(', ')}`) };
    },
  );
  if (!isFound) return { found, isOpen: false, cause };
  const socket = await step(words.CONNECT_STEP, words.connectRemedy, async () => ({
    result: await opened(connectTcp({ host: endpoint.host, port: endpoint.port }), 'connect'),
    evidence: same(where),
  }));
  if (!socket) return { found, isOpen: false, cause };
  try {
    const isTls = endpoint.tls === 'implicit';
    const secure = isTls
      ? await step(
          words.CERTIFICATE_STEP,
          (code) => (words.isNoTls(code) ? words.NO_TLS_REMEDY : words.certificateRemedy(code)),
          () => prove(way, socket),
        )
      : socket;
    if (!secure) return { found, isOpen: false, cause };
    const greeting = await step(
      words.GREETING_STEP,
      () => words.GREETING_REMEDY,
      async () => {
        const line = safeText((await readUntil(secure, /\n|^.{1000}/)).split('\n')[0] ?? '');
        const isRight = side === 'imap' ? /^\* (OK|PREAUTH)/i.test(line) : /^220[ -]/.test(line);
        if (!isRight) throw new words.SeenError(words.saysOtherwise(line));
        return { result: line, evidence: quoted(line) };
      },
    );
    const isReady =
      greeting !== undefined &&
      (endpoint.tls !== 'starttls' ||
        (await step(
          words.STARTTLS_STEP,
          () => words.NO_STARTTLS_REMEDY,
          () => offersStartTls(secure, side),
        )) !== undefined);
    if (greeting !== undefined) secure.end(side === 'imap' ? 'D LOGOUT\r\n' : 'QUIT\r\n');
    return { found, isOpen: isReady, cause };
  } finally {
    setTimeout(() => socket.destroy(), 200).unref();
  }
}

/** Where the way to the whole provider is cut: any host of it is. */
const NO_WAY = /^(?:ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENETDOWN)$/;

/** A port that speaks otherwise than it should is a setting of its own: of no other side's. */
function causeOf(step: words.Step, code: string, host: string): string | undefined {
  if (step === words.NAME_STEP) return `name ${code}`;
  if (step === words.CONNECT_STEP && NO_WAY.test(code)) return `way ${code}`;
  if (code === 'silent' || step === words.CONNECT_STEP) return `${host} ${code}`;
  return step === words.CERTIFICATE_STEP && words.certificateRemedy(code) === words.UNTRUSTED_REMEDY
    ? `${host} ${code}`
    : undefined;
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

async function prove({ endpoint, tlsOptions }: Way, socket: Socket): Promise<{ result: TLSSocket; evidence: Said }> {
  const servername = isIP(endpoint.host) ? {} : { servername: endpoint.host };
  const options = { socket, host: endpoint.host, minVersion: 'TLSv1.2', ...servername, ...tlsOptions } as const;
  // Let through, to see what it is; what it was refused for is told below.
  const secure = await opened(connectTls({ ...options, rejectUnauthorized: false }), 'secureConnect');
  const { subject, issuer, valid_to } = secure.getPeerCertificate();
  const evidence = words.certificateSeen(secure.getProtocol() ?? '?', {
    name: safeText(`${subject?.CN ?? '?'}`),
    issuer: safeText(`${issuer?.O ?? issuer?.CN ?? '?'}`),
    until: dayOf(valid_to),
  });
  if (!secure.authorized && tlsOptions.rejectUnauthorized !== false) {
    const code = String(secure.authorizationError);
    secure.destroy();
    throw new words.SeenError(said(`${code} (${evidence.en})`, `${code}（${evidence.zh}）`), code);
  }
  return { result: secure, evidence };
}

/** `2026-12-01`, of OpenSSL's `Dec  1 00:00:00 2026 GMT`. */
const dayOf = (text: string): string => {
  const at = Date.parse(text);
  return Number.isNaN(at) ? '?' : new Date(at).toISOString().slice(0, 10);
};

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
    socket.once('close', () => reject(new words.SeenError(words.SAYS_NOTHING)));
  });
}

const MAX_ANSWER = 10_000;

async function offersStartTls(socket: Socket, side: 'imap' | 'smtp'): Promise<{ result: true; evidence: Said }> {
  const isImap = side === 'imap';
  const answer = readUntil(socket, isImap ? /^C (?:OK|NO|BAD)/im : /^\d{3} [^\n]*\n/m);
  socket.write(isImap ? 'C CAPABILITY\r\n' : 'EHLO localhost\r\n');
  if (!/\bSTARTTLS\b/i.test(await answer)) throw new words.SeenError(words.OFFERS_NO_STARTTLS);
  return { result: true, evidence: same('') };
}
