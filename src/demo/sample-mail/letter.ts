// A letter of the sample mail, and how it becomes MIME.
import type { Buffer } from 'node:buffer';
import iconv from 'iconv-lite';
import MailComposer from 'nodemailer/lib/mail-composer';
import type { Attachment } from './attachments.js';

export interface Person {
  readonly name: string;
  readonly address: string;
}

export interface Letter {
  readonly from: Person;
  readonly to: readonly Person[];
  readonly cc?: readonly Person[];
  readonly date: Date;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly messageId: string;
  /** Message-IDs of the thread, oldest first. */
  readonly references?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly attachments?: readonly Attachment[];
  /** Old Chinese programs do not write UTF-8. */
  readonly charset?: 'utf-8' | 'gbk' | 'gb18030';
  readonly encoding?: 'base64' | 'quoted-printable';
}

export function compose(letter: Letter): Promise<Buffer> {
  const { charset = 'utf-8', encoding = 'quoted-printable', references = [] } = letter;
  const parts = [
    { type: 'plain', text: letter.text },
    ...(letter.html === undefined ? [] : [{ type: 'html', text: letter.html }]),
  ];
  const composer = new MailComposer({
    from: letter.from,
    to: [...letter.to],
    ...(letter.cc ? { cc: [...letter.cc] } : {}),
    date: letter.date,
    subject: charset === 'utf-8' ? letter.subject : encodedWord(letter.subject, charset),
    messageId: letter.messageId,
    ...(references.length > 0 ? { references: [...references], inReplyTo: references.at(-1) ?? '' } : {}),
    headers: { ...letter.headers },
    alternatives: parts.map(({ type, text }) => ({
      contentType: `text/${type}; charset=${charset}`,
      content: iconv.encode(text.replace(/\r?\n/g, '\r\n'), charset),
      contentTransferEncoding: encoding,
    })),
    attachments: (letter.attachments ?? []).map(({ filename, type, content }) => ({
      filename,
      contentType: type,
      content,
    })),
    // The same bytes at every start.
    baseBoundary: letter.messageId.replace(/[^A-Za-z0-9]/g, '').slice(0, 24),
  });
  return composer.compile().build();
}

/** RFC 2047; the header composer leaves ASCII as it is. */
function encodedWord(text: string, charset: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const pieces = text.match(/.{1,15}/gsu) ?? [];
  return pieces.map((piece) => `=?${charset}?B?${iconv.encode(piece, charset).toString('base64')}?=`).join(' ');
}
