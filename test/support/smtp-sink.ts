// A small SMTP server that takes every message and keeps it, or refuses as told.
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface SunkMessage {
  readonly user: string;
  readonly mailFrom: string;
  readonly rcptTo: readonly string[];
  /** latin1, without dot-stuffing */
  readonly text: string;
}

export interface SmtpSink {
  readonly port: number;
  readonly messages: readonly SunkMessage[];
  /** Every message is answered so after its data, until called with undefined. */
  refuse(reply: { readonly code: number; readonly text: string } | undefined): void;
  stop(): Promise<void>;
}

export async function startSmtpSink(password: string): Promise<SmtpSink> {
  const messages: SunkMessage[] = [];
  let refusal: { code: number; text: string } | undefined;
  const server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth(auth, _session, callback) {
      if (auth.password === password) callback(null, { user: auth.username ?? '' });
      else callback(new Error('wrong password'));
    },
    onData(stream, session, callback) {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        if (refusal) {
          callback(Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        messages.push({
          user: String(session.user),
          mailFrom: mailFrom === false ? '' : mailFrom.address,
          rcptTo: rcptTo.map(({ address }) => address),
          text: Buffer.concat(pieces).toString('latin1'),
        });
        callback(null, 'taken');
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    messages,
    refuse(reply) {
      refusal = reply;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
