// The submission server (RFC 6409), over smtp-server: it speaks SMTP, we decide.
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Login, Outbox, Spooled } from '../core/core.js';
import { isLoopbackAddress, isPrivateAddress } from '../lib/addresses.js';
import type { Logger } from '../lib/logger.js';
import { MailboxError } from '../mail/errors.js';
import { loginReplyOf, replyOf, SmtpReply, withoutReplyCode } from './errors.js';

export interface SmtpListener {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls: 'implicit' | 'starttls';
}

export interface SmtpServerOptions {
  readonly listen: readonly SmtpListener[];
  readonly tls: SecureContextOptions;
  readonly plaintextOnLoopback: boolean;
  readonly privatePeersOnly: boolean;
  readonly maxClients?: number;
  readonly logger: Logger;
}

export interface SmtpFrontEnd extends AsyncDisposable {
  /** The port of each listener, in order. */
  readonly ports: readonly number[];
  connections(): number;
}

const MAX_RECIPIENTS = 1_000;

/** Listens. @throws Node's EADDRINUSE, EACCES … if a port cannot be had */
export async function createSmtpServer(
  options: SmtpServerOptions,
  core: { outbox: Outbox; login: Login },
): Promise<SmtpFrontEnd> {
  const servers: SMTPServer[] = [];
  const ports: number[] = [];
  try {
    for (const listener of options.listen) {
      const server = makeServer(listener, options, core);
      ports.push(await listen(server, listener, options.logger));
      servers.push(server);
    }
  } catch (error) {
    await Promise.all(servers.map(close));
    throw error;
  }
  return {
    ports,
    connections: () => servers.reduce((sum, server) => sum + server.connections.size, 0),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map(close));
    },
  };
}

const close = (server: SMTPServer): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

function listen(server: SMTPServer, { host, port }: SmtpListener, logger: Logger): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const net = server.listen(port, host, () => {
      server.removeListener('error', reject);
      server.on('error', (err) => logger.debug({ err }, 'smtp client'));
      resolve((net.address() as AddressInfo).port);
    });
  });
}

function makeServer(
  listener: SmtpListener,
  options: SmtpServerOptions,
  core: { outbox: Outbox; login: Login },
): SMTPServer {
  const { logger } = options;
  const answer = <T>(work: Promise<T>, callback: (error: Error | null, value?: T) => void) => {
    work.then(
      (value) => callback(null, value),
      (error: unknown) => {
        const reply = replyOf(error);
        if (reply.responseCode === 451) logger.warn({ err: error }, 'submission failed');
        callback(reply);
      },
    );
  };
  const mayComeInClear = (session: SMTPServerSession) =>
    options.plaintextOnLoopback && isLoopbackAddress(session.remoteAddress);
  /** Logins whose answer is delayed, by session: who hangs up does not go on waiting. */
  const waiting = new Map<string, AbortController>();
  return new SMTPServer({
    ...options.tls,
    secure: listener.tls === 'implicit',
    minVersion: 'TLSv1.2',
    banner: 'mail gateway',
    authMethods: ['PLAIN', 'LOGIN'],
    // Whether a password may come in clear is decided in onConnect, where the peer is known.
    allowInsecureAuth: options.plaintextOnLoopback,
    size: core.outbox.sizeLimit(),
    maxClients: options.maxClients ?? 200,
    disableReverseLookup: true,
    logger: false,
    onConnect: (session, callback) => {
      // Neither offered nor taken before TLS (RFC 4954 §4): a client must not be led to send its password in clear.
      if (!session.secure && !mayComeInClear(session)) session.disabledCommands = ['AUTH'];
      const isWelcome = !options.privatePeersOnly || isPrivateAddress(session.remoteAddress);
      callback(isWelcome ? null : new SmtpReply(554, '5.7.1 this gateway serves its own network only'));
    },
    onSecure: (_, session, callback) => {
      session.disabledCommands = undefined;
      callback(null);
    },
    onAuth: (auth, session, callback) => {
      if (!session.secure && !mayComeInClear(session))
        return callback(new SmtpReply(538, '5.7.11 encryption is required'));
      const attempt = {
        user: auth.username ?? '',
        password: auth.password ?? '',
        remoteAddress: session.remoteAddress,
      };
      const gone = new AbortController();
      waiting.set(session.id, gone);
      core.login
        .verify({ ...attempt, signal: gone.signal })
        .finally(() => waiting.delete(session.id))
        .then(
          (device) =>
            device
              ? callback(null, { user: device.name })
              : callback(new SmtpReply(535, '5.7.8 wrong user name or password of the gateway')),
          (error: unknown) => callback(loginReplyOf(error)),
        );
    },
    onClose: ({ id }) => waiting.get(id)?.abort(),
    onMailFrom: ({ address }, session, callback) => {
      // Where there is no AUTH yet, smtp-server does not ask for it.
      if (!session.user) return callback(new SmtpReply(530, '5.7.0 Must issue a STARTTLS command first'));
      const isOwn = core.outbox.isOwnAddress(address);
      callback(
        isOwn
          ? null
          : new SmtpReply(
              550,
              `5.7.1 ${address || '<>'} is not one of the accounts here; see "identities" in the configuration`,
            ),
      );
    },
    onRcptTo: (_, session, callback) => {
      const isTooMany = session.envelope.rcptTo.length >= MAX_RECIPIENTS;
      callback(isTooMany ? new SmtpReply(452, '4.5.3 too many recipients') : null);
    },
    onData: (stream, session, callback) => answer(receive(stream, session, core.outbox), callback),
  });
}

/** Spools the message as it comes; answers with the upstream's verdict (DESIGN §9). */
async function receive(stream: SMTPServerDataStream, session: SMTPServerSession, outbox: Outbox): Promise<string> {
  const message = await spool(stream, outbox);
  const { mailFrom, rcptTo } = session.envelope;
  const args = mailFrom === false ? {} : ((mailFrom.args || {}) as Record<string, unknown>);
  const verdict = await outbox.submit({
    mailFrom: mailFrom === false ? '' : mailFrom.address,
    rcptTo: rcptTo.map(({ address }) => address),
    message,
    eightBit: String(args.BODY ?? '').toUpperCase() === '8BITMIME',
    smtpUtf8: 'SMTPUTF8' in args,
  });
  if (verdict.kind === 'refused') throw new SmtpReply(verdict.replyCode, verdict.text);
  return withoutReplyCode(verdict.text);
}

async function spool(stream: SMTPServerDataStream, outbox: Outbox): Promise<Spooled> {
  const writer = outbox.spool(0);
  let failure: unknown;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    // After a failure the rest is read all the same: the final dot must be found.
    if (failure !== undefined || stream.sizeExceeded) continue;
    await writer.write(chunk).catch((error: unknown) => {
      failure = error;
    });
  }
  if (stream.sizeExceeded) failure ??= new MailboxError('TOOBIG', 'the message is too large');
  if (failure !== undefined) {
    await writer.abort();
    throw failure;
  }
  return writer.finish();
}
