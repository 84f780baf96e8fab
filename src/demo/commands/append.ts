// APPEND (RFC 3501 §6.3.11, APPENDUID: RFC 4315 §3).
import { NO_FLAGS } from '../../mail/flags.js';
import { eachField } from '../../mail/header-block.js';
import { wireBytes, wireText } from '../../mail/ids.js';
import { parseMime } from '../../mail/mime.js';
import { bad, type DemoCommand, SIGNED_IN } from '../command.js';
import { DemoRefusal } from '../store/account.js';

export const appendCommand: DemoCommand = {
  name: 'APPEND',
  states: SIGNED_IN,
  run: (session, decoder) => {
    decoder.space();
    const name = decoder.mailbox();
    decoder.space();
    let flags = NO_FLAGS;
    let internalDate = Math.floor(Date.now() / 1000);
    if (decoder.peek() === '(') {
      flags = decoder.flagList();
      decoder.space();
    }
    if (decoder.peek() === '"') {
      internalDate = decoder.dateTime();
      decoder.space();
    }
    const bytes = Buffer.from(decoder.string(), 'latin1');
    decoder.end();
    const { account, words } = session;
    const mailbox = account.mailboxes.get(name);
    if (!mailbox?.isSelectable || account.isHidden(name))
      throw new DemoRefusal("Folder doesn't exist. (Failure)", 'TRYCREATE');
    const { appendNeedsLineEnd, rewritesAppend } = account.personality.quirks;
    if (appendNeedsLineEnd !== undefined && bytes.subarray(-2).toString('latin1') !== '\r\n')
      throw bad(appendNeedsLineEnd);
    session.limits.transferred(0, bytes.byteLength);
    const kept = rewritesAppend ? rewritten(bytes) : bytes;
    const { uid } = account.append(mailbox, { bytes: kept, flags, internalDate });
    return words.has('UIDPLUS') ? { code: `APPENDUID ${mailbox.uidValidity} ${uid}` } : undefined;
  },
};

/** Exchange makes the message anew from what it understood of it (providers.md §4). */
function rewritten(bytes: Buffer): Buffer {
  const { headerStart, headerEnd } = parseMime(bytes);
  const header = wireText(bytes.subarray(headerStart, headerEnd));
  let kept = '';
  eachField(header, (name, start, _, end) => {
    if (!name.startsWith('x-')) kept += header.slice(start, end);
  });
  return Buffer.concat([wireBytes(`${kept}X-MS-Has-Attach:\r\n\r\n`), bytes.subarray(headerEnd)]);
}
