// Dialogues with a demo server, for the table of switches (each-quirk.test.ts).
import { createTransport } from 'nodemailer';
import { PlainImap, quote } from '../../support/plain-imap.js';
import { letter, type RunningDemo } from './demo-server.js';

/** What a busy machine may need for it. */
export const SIGN_IN_MS = 1_000;

/** Greeting and answers, a line each; `GONE` where the connection has ended. `$USER` and `$PASSWORD` are the account's. */
export async function ask({ access }: RunningDemo, commands: readonly string[]): Promise<string> {
  const client = await PlainImap.connect({ host: '127.0.0.1', port: access.imapPort, timeoutMs: 3_000 });
  const told = [client.greeting];
  try {
    for (const command of commands) {
      const { status, text, untagged } = await client.command(
        command.replace('$USER', quote(access.address)).replace('$PASSWORD', quote(access.password)),
      );
      told.push(...untagged, `${status} ${text}`);
    }
    // What else it has to say, and whether it is still there.
    client.send('Z LOGOUT');
    for (let line = await client.read(); !line.startsWith('Z '); line = await client.read()) told.push(line);
    // Its answer to LOGOUT.
    told.pop();
  } catch {
    told.push('GONE');
  } finally {
    client.close();
  }
  return told.join('\n');
}

/** LOGIN, then these. */
export const signedIn = (...commands: string[]): string[] => ['LOGIN $USER $PASSWORD', ...commands];
export const selected = (...commands: string[]): string[] => signedIn('SELECT INBOX', ...commands);

/** What an idling client is told while another one flags, expunges and delivers; up to the EXISTS, or as long as told. */
export async function toldWhileIdle(demo: RunningDemo, timeoutMs = 3_000): Promise<string> {
  const [idler, other] = [await demo.login(), await demo.login()];
  await idler.ok('SELECT INBOX');
  idler.send('I1 IDLE');
  const told = [await idler.read()];
  await other.ok('SELECT INBOX');
  await other.ok('STORE 2 +FLAGS (\\Flagged)');
  await other.ok('STORE 1 +FLAGS (\\Deleted)');
  await other.ok('EXPUNGE');
  await other.append('INBOX', letter('new'));
  await other.ok('NOOP');
  try {
    while (!/EXISTS/.test(told.at(-1) ?? '')) told.push(await idler.read(timeoutMs));
  } catch {
    told.push('SILENCE');
  }
  return told.join('\n');
}

export async function sent(demo: RunningDemo, from = demo.access.address): Promise<string> {
  const { address, password, smtpPort } = demo.access;
  const transport = createTransport({
    host: '127.0.0.1',
    port: smtpPort,
    ignoreTLS: true,
    auth: { user: address, pass: password },
  });
  const mail = { from, to: 'nobody@else.example', subject: 'news', text: 'x', messageId: '<own@a.test>' };
  return transport.sendMail(mail).then(
    ({ response }) => response,
    (error: { response?: string }) => error.response ?? String(error),
  );
}

export const sentCopies = async (demo: RunningDemo): Promise<string> => {
  await sent(demo);
  return ask(demo, signedIn('SELECT Sent', 'UID FETCH 1:* BODY.PEEK[HEADER]'));
};

export async function withToken(demo: RunningDemo, mechanism = 'XOAUTH2'): Promise<string> {
  const { access } = demo;
  const response = await refresh(demo, access.oauth?.refreshToken ?? '');
  const { access_token = 'none' } = JSON.parse(response) as { access_token?: string };
  const words = `user=${access.address}\x01auth=Bearer ${access_token}\x01\x01`;
  return ask(demo, [`AUTHENTICATE ${mechanism} ${Buffer.from(words).toString('base64')}`]);
}

export async function refresh({ access }: RunningDemo, refreshToken: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
  if (!access.oauth) return '{"error":"there is no endpoint"}';
  const response = await fetch(`http://127.0.0.1:${access.oauth.tokenPort}/token`, { method: 'POST', body });
  return response.text();
}

export const refusedToken = async (demo: RunningDemo): Promise<string> => {
  const client = await PlainImap.connect({ host: '127.0.0.1', port: demo.access.imapPort, timeoutMs: 3_000 });
  client.send(`A1 AUTHENTICATE XOAUTH2 ${Buffer.from('user=x\x01auth=Bearer y\x01\x01').toString('base64')}`);
  const first = await client.read();
  client.send('');
  const last = first.startsWith('+') ? await client.read() : '';
  client.close();
  return `${first}\n${last}`;
};

export const XOAUTH2 = { greetingCaps: 'IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER' };
export const LABELS = { autoExpunge: true, expungeBehavior: 'archive', joinsByMessageId: true } as const;

/** NOOP and nothing else, for longer than the server waits for a command. */
export async function onlyNoops(demo: RunningDemo): Promise<string> {
  const client = await demo.login();
  const until = performance.now() + 2 * SIGN_IN_MS;
  try {
    while (performance.now() < until) {
      await client.ok('NOOP');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return 'alive';
  } catch {
    return 'GONE';
  }
}

/** An answer to a line of that length, or to the NOOP behind it. */
export async function longLine(demo: RunningDemo): Promise<string> {
  const client = await demo.login();
  client.send(`L1 NOOP ${'x'.repeat(600)}`);
  client.send('L2 NOOP');
  return client.read();
}

export const sentByEve = (demo: RunningDemo) => sent(demo, 'eve@a.test');
export const withOldMail = async (demo: RunningDemo) => {
  const [, day = '', month = '', year = ''] =
    /, (\d+) (\w+) (\d+)/.exec(new Date(Date.now() - 90 * 86_400_000).toUTCString()) ?? [];
  const date = `${day}-${month}-${year} 00:00:00 +0000`;
  await (await demo.login()).append('INBOX', letter('from long ago'), [], date);
  return ask(demo, selected());
};
export const withoutLineEnd = async (demo: RunningDemo) => {
  const reply = await (await demo.login()).command('APPEND INBOX ', Buffer.from('Subject: x\r\n\r\nno line end'));
  return `${reply.status} ${reply.text}`;
};
export const withField = async (demo: RunningDemo) => {
  await (await demo.login()).append('INBOX', Buffer.from('Subject: x\r\nX-Kept: yes\r\n\r\nx\r\n'));
  return ask(demo, selected('FETCH 4 BODY.PEEK[HEADER]'));
};

/** What a server says to a client that says nothing. */
export async function silent(demo: RunningDemo): Promise<string> {
  const client = await demo.login();
  return client.read(2 * SIGN_IN_MS).catch(String);
}
