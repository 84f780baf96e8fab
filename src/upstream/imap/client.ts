// A connected, signed-in imapflow client with everything automatic switched off.

import type { ConnectionOptions } from 'node:tls';
import type { IdInfoObject, ImapFlow } from 'imapflow';
import { UpstreamError } from '../../mail/errors.js';
import { connectFailure } from '../connect-failure.js';
import type { ConnectorTraits, TlsMode } from '../providers/provider.js';
import { loginRefusal, lost } from './errors.js';
import { refuseToWait, watchLogin } from './wire.js';

export interface ClientOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsMode;
  readonly user: string;
  readonly password: string;
  readonly tlsOptions: ConnectionOptions;
  readonly connectTimeoutMs: number;
  readonly traits: ConnectorTraits;
}

// Bounds for what a hostile or broken server may make us hold. A SEARCH answer is one line (8 bytes a message); bodies
// come in pieces of a megabyte, so only a huge header or a server that ignores partial fetches needs a large literal.
const MAX_LINE_BYTES = 32 * 1024 * 1024;
const MAX_LITERAL_BYTES = 64 * 1024 * 1024;
const MAX_RESPONSE_BYTES = 72 * 1024 * 1024;
const MAX_RESPONSE_TOKENS = 200_000;
/** Our own deadlines find dead connections; imapflow's would end an IDLE it does not know of. */
const NO_SOCKET_TIMEOUT_MS = 0x7fff_ffff;

/** Who we say we are (RFC 2971). Quirk(163): a client without ID may log in and then not SELECT. An empty value is not sent. */
const CLIENT_INFO: IdInfoObject = { name: 'mail-gateway', version: '0.1', vendor: 'mail-gateway', 'support-url': '' };

const CERTIFICATE_CODES =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS_CERT|ERR_SSL|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|STARTTLS_INJECTION)/;

/** Of those, the ones that a certificate which is named here would cure. */
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO|CERT_|DEPTH_ZERO|HOSTNAME|INVALID_CA/;

interface ConnectFailure {
  readonly code?: string;
  readonly message?: string;
  readonly authenticationFailed?: boolean;
  readonly tlsFailed?: boolean;
  readonly serverResponseCode?: string;
  readonly response?: unknown;
  readonly responseStatus?: string;
  readonly responseText?: string;
}

/** @throws {UpstreamError} transient, auth or permanent (TLS) */
export async function connectClient(options: ClientOptions, signal: AbortSignal | undefined): Promise<ImapFlow> {
  const { host, port, tls, user, password, tlsOptions, connectTimeoutMs, traits } = options;
  // With all it brings along it takes a quarter of a second to load: clients are served meanwhile.
  const imapflow = await import('imapflow');
  const client = new imapflow.ImapFlow({
    host,
    port,
    secure: tls === 'implicit',
    doSTARTTLS: tls === 'starttls',
    auth: { user, pass: password },
    tls: { minVersion: 'TLSv1.2', ...tlsOptions },
    clientInfo: CLIENT_INFO,
    logger: false,
    emitLogs: false,
    disableAutoIdle: true,
    disableAutoEnable: true,
    disableIMAP4rev2: true,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: NO_SOCKET_TIMEOUT_MS,
    maxLineLength: MAX_LINE_BYTES,
    maxLiteralSize: MAX_LITERAL_BYTES,
    maxResponseSize: MAX_RESPONSE_BYTES,
    maxResponseTokens: MAX_RESPONSE_TOKENS,
  });
  // Errors while connecting reject connect(); this one only keeps a late one from being an unheard event.
  const late = (): void => undefined;
  client.on('error', late);
  refuseToWait(client);
  watchLogin(client);
  let givenUp: string | undefined;
  const giveUp = (why: string) => () => {
    givenUp ??= why;
    client.close();
  };
  const onAbort = giveUp('connecting was given up');
  // imapflow bounds the connection and the greeting each; this bounds the login too.
  const timer = setTimeout(giveUp(`not signed in after ${connectTimeoutMs} ms`), connectTimeoutMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal?.aborted) onAbort();
    await client.connect();
    return client;
  } catch (error) {
    client.close();
    throw connectError(error as ConnectFailure, givenUp, client, traits);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function connectError(
  failure: ConnectFailure,
  givenUp: string | undefined,
  client: ImapFlow,
  { texts, loginRetryMs, signInRemedy }: ConnectorTraits,
): UpstreamError {
  const where = `${client.host}:${client.port}`;
  if (givenUp !== undefined)
    return lost(`${where}: ${givenUp}`, {
      chinese: `${where}：未能及时登录，已放弃`,
      bye: client.byeReason,
      cause: failure,
      texts,
    });
  const {
    code,
    message = '',
    authenticationFailed,
    response,
    responseStatus,
    responseText,
    serverResponseCode,
    tlsFailed,
  } = failure;
  if (authenticationFailed || responseStatus !== undefined) {
    const text = responseText ?? (typeof response === 'string' ? response : message);
    return loginRefusal({ code: serverResponseCode, text, texts, signInRemedy }, loginRetryMs);
  }
  if ((code !== undefined && CERTIFICATE_CODES.test(code)) || (tlsFailed && code === undefined))
    return new UpstreamError(
      'permanent',
      `no secure connection to ${where} (${code ?? message})`,
      {
        ...(UNTRUSTED.test(code ?? message) ? { code: 'CERTIFICATE' } : {}),
        chinese: `无法与 ${where} 建立安全连接（${code ?? `“${message}”`}）`,
      },
      { cause: failure },
    );
  const { message: text, ...told } = connectFailure(where, code, message);
  return lost(text, {
    ...told,
    bye: client.byeReason,
    cause: failure,
    texts,
  });
}
