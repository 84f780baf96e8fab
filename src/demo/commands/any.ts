// CAPABILITY, NOOP, CHECK, LOGOUT, ID, NAMESPACE, ENABLE, COMPRESS, quotas.
import { ANY, bad, type DemoCommand, SIGNED_IN } from '../command.js';

const ENABLABLE = ['CONDSTORE', 'QRESYNC', 'UTF8=ACCEPT'];

export const anyCommands: readonly DemoCommand[] = [
  {
    name: 'CAPABILITY',
    states: ANY,
    run: (session) => {
      session.line(`* CAPABILITY ${[...session.words].join(' ')}`);
      return { text: session.account.personality.texts.capabilityOk };
    },
  },
  { name: 'NOOP', states: ANY, run: () => undefined },
  { name: 'CHECK', states: ['selected'], run: () => undefined },
  {
    name: 'LOGOUT',
    states: ANY,
    run: (session) => {
      session.line(`* BYE ${session.account.personality.texts.bye}`);
      session.view = undefined;
      session.isEnding = true;
      return undefined;
    },
  },
  {
    name: 'ID',
    states: ANY,
    needs: ['ID'],
    run: (session) => {
      session.isIdentified = true;
      session.line(`* ID ${session.account.personality.id}`);
      return undefined;
    },
  },
  {
    name: 'NAMESPACE',
    states: SIGNED_IN,
    needs: ['NAMESPACE'],
    run: (session) => {
      session.line('* NAMESPACE (("" "/")) NIL NIL');
      return undefined;
    },
  },
  {
    name: 'ENABLE',
    states: SIGNED_IN,
    run: (session, decoder) => {
      const { brokenRev2, enableWithoutEnabledReply } = session.account.personality.quirks;
      if (!session.words.has('ENABLE') && !brokenRev2) throw bad('unknown command');
      const enabled: string[] = [];
      while (!decoder.atEnd()) {
        decoder.space();
        const word = decoder.keyword();
        if (word === 'IMAP4REV2' && brokenRev2) session.brokenRev2 = true;
        else if (!ENABLABLE.includes(word) || !session.words.has(word)) continue;
        enabled.push(word);
        if (word === 'UTF8=ACCEPT') session.utf8 = true;
        else if (word !== 'IMAP4REV2') session.condstore = true;
        if (word === 'QRESYNC') session.qresync = true;
      }
      if (enableWithoutEnabledReply) return undefined;
      session.line(`* ENABLED${enabled.map((word) => ` ${word}`).join('')}`);
      return undefined;
    },
  },
  {
    name: 'COMPRESS',
    states: SIGNED_IN,
    needs: ['COMPRESS=DEFLATE'],
    run: (session, decoder) => {
      decoder.space();
      if (decoder.keyword() !== 'DEFLATE') throw decoder.error('unknown compression');
      session.startCompression = true;
      return { text: 'Success' };
    },
  },
  {
    name: 'GETQUOTAROOT',
    states: SIGNED_IN,
    needs: ['QUOTA'],
    run: (session, decoder) => {
      decoder.space();
      const written = decoder.rest;
      session.line(`* QUOTAROOT ${written} ""`);
      session.line(quotaLine(session.account.mailboxes.values()));
      return undefined;
    },
  },
  {
    name: 'GETQUOTA',
    states: SIGNED_IN,
    needs: ['QUOTA'],
    run: (session) => {
      session.line(quotaLine(session.account.mailboxes.values()));
      return undefined;
    },
  },
];

/** In units of 1024 octets (RFC 9208 §5.1). */
function quotaLine(
  mailboxes: Iterable<{ readonly entries: readonly { readonly mail: { bytes: { byteLength: number } } }[] }>,
): string {
  const mails = new Set([...mailboxes].flatMap(({ entries }) => entries.map(({ mail }) => mail)));
  const bytes = [...mails].reduce((sum, mail) => sum + mail.bytes.byteLength, 0);
  return `* QUOTA "" (STORAGE ${Math.ceil(bytes / 1024)} 15728640)`;
}
