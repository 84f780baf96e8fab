// The submission side of a demo account, over smtp-server: plaintext on 127.0.0.1.
import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Logger } from '../lib/logger.js';
import { parseAddresses } from '../mail/addresses.js';
import { SystemFlag } from '../mail/flags.js';
import { eachField, headerField } from '../mail/header-block.js';
import { wireBytes, wireText } from '../mail/ids.js';
import { parseMime } from '../mail/mime.js';
import { type DemoServer, listening } from './listening.js';
import type { PostOffice } from './post-office.js';
import type { DemoAccount } from './store/account.js';
import type { TokenOffice } from './token-office.js';

export interface DemoSmtpOptions {
  readonly account: DemoAccount;
  readonly password: string;
  readonly postOffice: PostOffice;
  readonly tokens: TokenOffice;
  readonly logger: Logger;
}

class SmtpRefusal extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}

export async function startSmtpServer(options: DemoSmtpOptions, port = 0): Promise<DemoServer> {
  const { account, password, tokens, logger } = options;
  const { smtp } = account.personality;
  const takesTokens = account.personality.quirks.tokenExpiresIn !== undefined;
  let received = 0;
  const isOwn = (address: string) => address.toLowerCase() === account.address.toLowerCase();
  const server = new SMTPServer({
    name: smtp.host,
    banner: smtp.banner,
    size: smtp.sizeLimit,
    authMethods: takesTokens ? ['PLAIN', 'LOGIN', 'XOAUTH2'] : ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    // The gateway has 5 s to stop; a client that lingers here must not use them up.
    closeTimeout: 500,
    logger: false,
    onAuth: (auth, _, callback) => {
      const { authFailChallenge, passwordsRefused } = account.personality.quirks;
      const isToken = auth.method === 'XOAUTH2';
      const isKnown = isToken ? tokens.isGood(auth.accessToken ?? '') : auth.password === password;
      if (!isToken && passwordsRefused !== undefined) callback(new SmtpRefusal(535, passwordsRefused));
      else if (isKnown && isOwn(auth.username ?? '')) callback(null, { user: account.address });
      // smtp-server sends the challenge, takes the client's line, and refuses then.
      else if (isToken && authFailChallenge)
        callback(null, { data: { status: '401', schemes: 'bearer', scope: 'mail' } });
      else callback(new SmtpRefusal(535, smtp.loginRefused));
    },
    onMailFrom: ({ address }, _, callback) => {
      const { foreignFrom } = account.personality.quirks;
      const isRefused = foreignFrom.is === 'refusedAtMail' && !isOwn(address);
      callback(isRefused ? new SmtpRefusal(foreignFrom.code, foreignFrom.text) : null);
    },
    onData: (stream, session, callback) => {
      received += 1;
      receive(stream, session, options, received).then(
        () => callback(null, 'OK: queued as demo'),
        (error: Error) => callback(error),
      );
    },
  });
  server.on('error', (err) => logger.debug({ err }, 'demo upstream: smtp client'));
  return listening(server, port);
}

async function receive(
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
  { account, postOffice }: DemoSmtpOptions,
  count: number,
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of stream as AsyncIterable<Buffer>) if (!stream.sizeExceeded) pieces.push(piece);
  if (stream.sizeExceeded) throw new SmtpRefusal(552, '5.3.4 Message too large');
  const { sendingLimit } = account.personality.quirks;
  if (sendingLimit && count > sendingLimit.messages) throw new SmtpRefusal(sendingLimit.code, sendingLimit.text);
  const sent = asSent(account, Buffer.concat(pieces));
  fileSentCopy(account, sent);
  postOffice.deliver(
    envelope.rcptTo.map(({ address }) => address),
    sent,
  );
}

/** What the provider makes of a submission. @throws {SmtpRefusal} */
function asSent(account: DemoAccount, bytes: Buffer): Buffer {
  const { foreignFrom, savesSent } = account.personality.quirks;
  const header = headerOf(bytes);
  const from = headerField(header, 'from') ?? '';
  const isOwn = parseAddresses(from).some(
    ({ mailbox, host }) => `${mailbox}@${host}`.toLowerCase() === account.address.toLowerCase(),
  );
  let sent = bytes;
  if (!isOwn && foreignFrom.is === 'refusedAfterData') throw new SmtpRefusal(foreignFrom.code, foreignFrom.text);
  if (!isOwn && foreignFrom.is === 'rewritten')
    sent = withField(sent, 'From', account.address, 'X-Google-Original-From');
  // Hotmail: a Message-ID of its own, in the copy and on the way.
  if (savesSent === 'newMessageId')
    sent = withField(
      sent,
      'Message-ID',
      `<${randomUUID()}@${account.personality.name}.example>`,
      'X-Microsoft-Original-Message-ID',
    );
  return sent;
}

const headerOf = (bytes: Buffer): string => {
  const { headerStart, headerEnd } = parseMime(bytes);
  return wireText(bytes.subarray(headerStart, headerEnd));
};

/** The field replaced; what it was stands in another one. */
function withField(bytes: Buffer, name: string, value: string, keptAs: string): Buffer {
  const header = headerOf(bytes);
  let rest = '';
  eachField(header, (found, start, _, end) => {
    if (found !== name.toLowerCase()) rest += header.slice(start, end);
  });
  const was = headerField(header, name.toLowerCase());
  const kept = was === undefined ? '' : `${keptAs}: ${was}\r\n`;
  const { headerEnd } = parseMime(bytes);
  return Buffer.concat([wireBytes(`${name}: ${value}\r\n${kept}${rest}\r\n`), bytes.subarray(headerEnd)]);
}

function fileSentCopy(account: DemoAccount, bytes: Buffer): void {
  const sent = account.byRole('sent');
  const { savesSent, savesSentAfterMs } = account.personality.quirks;
  if (savesSent === 'no' || !sent) return;
  const file = () =>
    account.append(sent, {
      bytes,
      flags: { system: SystemFlag.Seen, keywords: [] },
      internalDate: Math.floor(Date.now() / 1000),
    });
  if (savesSentAfterMs > 0) setTimeout(file, savesSentAfterMs).unref();
  else file();
}
