// The way to a server, one step after the other: its name, a connection, its certificate, its first words. Nobody signs in.
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { withDeadline } from '../../lib/deadline.js';
import { errorCode } from '../../lib/files.js';
import { safeText } from '../../mail/errors.js';
import type { Servers } from '../upstreams.js';
import { type Finding, findings, type Said, said } from './finding.js';

export interface Way {
  readonly side: 'imap' | 'smtp';
  readonly account: string;
  readonly endpoint: Servers['imap'];
  readonly tlsOptions: Servers['tlsOptions'];
  readonly timeoutMs: number;
}

/** What each step found, up to the first that failed; `isOpen`: signing in can be tried. */
export async function probeWay(way: Way): Promise<{ found: Finding[]; isOpen: boolean }> {
  const { endpoint, side, account, timeoutMs } = way;
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
      found.push(
        say.bad(what, remedy(code), `${where}: ${safeText(error instanceof Error ? error.message : String(error))}`),
      );
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
      ? await step(said('the server proves who it is', '服务器证书'), certificateRemedy, () => prove(way, socket))
      : socket;
    if (!secure) return { found, isOpen: false };
    const greeting = await step(
      said('the server speaks first', '服务器问候语'),
      () => GREETING_REMEDY,
      async () => {
        const line = await firstLine(secure);
        const isRight = side === 'imap' ? /^\* (OK|PREAUTH)/i.test(line) : /^220[ -]/.test(line);
        if (!isRight) throw new Error(`it says "${line}"`);
        return { result: line, evidence: line };
      },
    );
    if (greeting !== undefined) secure.end(side === 'imap' ? 'D LOGOUT\r\n' : 'QUIT\r\n');
    return { found, isOpen: greeting !== undefined };
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

function firstLine(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('\n') || text.length > 1_000) resolve(safeText(text.split('\n')[0] ?? ''));
    });
    socket.once('close', () => reject(new Error('it closes the connection without a word')));
  });
}

const NAME_REMEDY = said(
  'Check the host name in the configuration, and that this machine has a network and a name server.',
  '请检查配置中的主机名，以及本机的网络和 DNS。',
);
const connectRemedy = (code: string): Said =>
  code === 'ECONNREFUSED'
    ? said(
        'Nobody listens there: check host and port in the configuration.',
        '该端口无人监听：请检查配置中的主机和端口。',
      )
    : said(
        'Check host and port in the configuration; a firewall or the network may let nothing through.',
        '请检查配置中的主机和端口；也可能被防火墙或网络拦截。',
      );
function certificateRemedy(code: string): Said {
  if (/EXPIRED|NOT_YET_VALID/.test(code))
    return said(
      'See that the clock of this machine is right; if it is, the server has to be given a new certificate.',
      '请检查本机时钟；若时钟正确，则须更换服务器证书。',
    );
  if (/ALTNAME|HOSTNAME/.test(code))
    return said(
      'The certificate is of another name: write the host into the configuration as the certificate has it.',
      '证书上的名称不符：请在配置中写证书上的主机名。',
    );
  return said(
    'Nobody this machine trusts has signed it: check the host name; the certificate of a private server goes into "serverCertificate" of this account: { "ca": "FILE.pem" }.',
    '证书不受信任：请检查主机名；自建服务器的证书请写入该账号的 "serverCertificate"：{ "ca": "文件.pem" }。',
  );
}
const GREETING_REMEDY = said(
  'Check port and "tls" in the configuration: "implicit" for 993 and 465, "starttls" for 143 and 587.',
  '请检查配置中的端口和 "tls"：993 和 465 用 "implicit"，143 和 587 用 "starttls"。',
);
