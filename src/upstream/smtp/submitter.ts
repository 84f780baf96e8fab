// One account's submission server, over nodemailer's SMTP connection: raw bytes, explicit envelope, one attempt a call.
import { Readable } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Logger } from '../../lib/logger.js';
import { type Remedy, safeText, UpstreamError, type UpstreamErrorKind } from '../../mail/errors.js';
import { connectFailure, isUnreached } from '../connect-failure.js';
import type { DeliveryReceipt, OutgoingMessage, Submitter } from '../connector.js';
import {
  COMMON_TEXTS,
  HOUR,
  meaningOf,
  remedyOf,
  retryAfterOf,
  type ServerText,
  type TlsMode,
} from '../providers/index.js';

export interface SubmitterOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  readonly user: string;
  readonly password: () => string | Promise<string>;
  readonly logger: Logger;
  /** What the provider's refusals mean; default: those that many servers use. */
  readonly texts?: readonly ServerText[];
  /** What the provider wants of who signs in. */
  readonly signInRemedy?: Remedy | undefined;
  readonly tlsOptions?: ConnectionOptions;
  readonly connectTimeoutMs?: number;
  /** How long the server may be silent. */
  readonly idleTimeoutMs?: number;
}

/** What nodemailer puts on its errors. */
interface SmtpError extends Error {
  readonly code?: string;
  /** Of the system error or TLS error beneath. */
  readonly originalCode?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly rejected?: readonly string[];
  readonly rejectedErrors?: readonly (SmtpError & { readonly recipient?: string })[];
}

interface SentInfo {
  readonly accepted: readonly string[];
  readonly rejected: readonly string[];
  readonly rejectedErrors?: readonly (SmtpError & { readonly recipient?: string })[];
  readonly response: string;
}

export function createSubmitter(options: SubmitterOptions): Submitter {
  return {
    submit: async (message, signal) => {
      const connection = open(options);
      const stop = () => connection.close();
      signal?.addEventListener('abort', stop, { once: true });
      try {
        await connectAndLogIn(connection, options);
        return await send(connection, message, options);
      } finally {
        signal?.removeEventListener('abort', stop);
        connection.quit();
      }
    },
  };
}

/** Connects and signs in, sends nothing, and leaves. @throws {UpstreamError} */
export async function checkSubmission(options: SubmitterOptions, signal: AbortSignal): Promise<void> {
  const connection = open(options);
  const stop = () => connection.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await connectAndLogIn(connection, options);
  } finally {
    signal.removeEventListener('abort', stop);
    connection.quit();
  }
}

function open({
  host,
  port,
  tls,
  tlsOptions = {},
  connectTimeoutMs = 20_000,
  idleTimeoutMs = 120_000,
}: SubmitterOptions) {
  const connection = new SMTPConnection({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { minVersion: 'TLSv1.2', ...tlsOptions },
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: idleTimeoutMs,
    logger: false,
  });
  // A server that resets the connection after QUIT is of no interest, and must not be an unheard event.
  connection.on('error', () => undefined);
  return connection;
}

type Smtp = ReturnType<typeof open>;

async function connectAndLogIn(
  connection: Smtp,
  { host, port, user, password, texts, signInRemedy }: SubmitterOptions,
): Promise<void> {
  const pass = await password();
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) =>
      reject(upstreamError(error as SmtpError, { phase: 'connect', where: `${host}:${port}`, texts }));
    connection.once('error', fail);
    connection.once('end', () => fail(new Error('the server closed the connection')));
    connection.connect(() => {
      connection.login({ user, pass }, (error: Error | null | undefined) => {
        if (error) return reject(upstreamError(error as SmtpError, { phase: 'login', texts, signInRemedy }));
        connection.removeListener('error', fail);
        resolve();
      });
    });
  });
}

async function send(connection: Smtp, message: OutgoingMessage, { texts }: SubmitterOptions): Promise<DeliveryReceipt> {
  // Whether the final dot may have reached the server: from then on silence does not mean "not sent".
  let isSent = false;
  const body = Readable.from(message.open());
  body.once('end', () => {
    isSent = true;
  });
  const envelope = {
    from: message.mailFrom,
    to: [...message.rcptTo],
    size: message.sizeBytes,
    use8BitMime: message.eightBit,
  };
  return new Promise<DeliveryReceipt>((resolve, reject) => {
    const fail = (error: Error) => reject(upstreamError(error as SmtpError, { phase: 'send', isSent, texts }));
    connection.once('error', fail);
    // After a 421 nodemailer says first that the connection has ended, and then what the server said: that counts.
    connection.once('end', () => setImmediate(() => fail(new Error('the server closed the connection'))));
    connection.send(envelope, body, (error: Error | null | undefined, info: unknown) => {
      if (error) return fail(error);
      resolve(receiptOf(info as SentInfo));
    });
  });
}

const receiptOf = ({ accepted, rejectedErrors = [], response }: SentInfo): DeliveryReceipt => ({
  accepted: [...accepted],
  rejected: rejectedErrors.map((error) => ({
    recipient: error.recipient ?? '',
    replyCode: error.responseCode ?? 550,
    text: safeText(error.response ?? error.message),
  })),
  serverText: safeText(response),
});

interface Where {
  readonly phase: 'connect' | 'login' | 'send';
  /** host:port, of a connection that does not come about. */
  readonly where?: string;
  readonly isSent?: boolean;
  readonly texts: readonly ServerText[] | undefined;
  readonly signInRemedy?: Remedy | undefined;
}

/** A text the provider is known for; else 4xx passes, 5xx does not, a refused login needs the user; a lost connection passes. */
function upstreamError(
  error: SmtpError,
  { phase, where = '', isSent = false, texts = COMMON_TEXTS, signInRemedy }: Where,
): UpstreamError {
  const { code = '', originalCode = code } = error;
  if (phase === 'connect' && isUnreached(originalCode)) {
    const { message, chinese, remedy } = connectFailure(where, originalCode, error.message);
    return new UpstreamError('transient', message, { chinese, ...(remedy ? { remedy } : {}) }, { cause: error });
  }
  const replyCode = error.responseCode;
  const serverText = safeText(error.response ?? error.message);
  const known = meaningOf(serverText, texts);
  const kind = known?.kind ?? kindOf(error, phase, replyCode);
  const outcomeUnknown = phase === 'send' && isSent && replyCode === undefined;
  const busyMs = replyCode === 421 || /try again later|frequency/i.test(serverText) ? HOUR : undefined;
  const retryAfterMs = retryAfterOf(serverText) ?? known?.retryAfterMs ?? busyMs;
  const remedy = remedyOf(kind, known, signInRemedy);
  const details = {
    serverText,
    ...(replyCode === undefined ? {} : { replyCode }),
    ...(phase === 'connect' ? tlsCode(error) : {}),
    ...(outcomeUnknown ? { outcomeUnknown } : {}),
    ...(retryAfterMs === undefined || kind === 'permanent' ? {} : { retryAfterMs }),
    ...(known ? { meaning: known.meaning } : {}),
    ...(remedy ? { remedy } : {}),
  };
  return new UpstreamError(kind, serverText, details, { cause: error });
}

const UNTRUSTED = /^(?:SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|CERT_|DEPTH_ZERO|ERR_TLS_CERT|HOSTNAME|INVALID_CA)/;

/** No secure connection comes about: somebody has to mend that, but the message is not to blame. */
function tlsCode({ code, originalCode = '', message }: SmtpError): { code?: 'CERTIFICATE' | 'TLS' } {
  if (UNTRUSTED.test(originalCode)) return { code: 'CERTIFICATE' };
  if (code !== 'ETLS') return /^(?:ERR_SSL|EPROTO)/.test(originalCode) ? { code: 'TLS' } : {};
  // After STARTTLS only the text is left of what was wrong.
  return { code: /certificate|altnames/i.test(message) ? 'CERTIFICATE' : 'TLS' };
}

function kindOf({ code }: SmtpError, phase: string, replyCode: number | undefined): UpstreamErrorKind {
  if (phase === 'login' && (code === 'EAUTH' || replyCode === 535))
    return replyCode !== undefined && replyCode < 500 ? 'transient' : 'auth';
  if (code === 'ETLS') return 'transient';
  return replyCode !== undefined && replyCode >= 500 ? 'permanent' : 'transient';
}
