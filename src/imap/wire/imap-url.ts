/** What an IMAP URL on this server names (RFC 5092 §5, relative forms). */
export interface ImapUrl {
  /** Unicode NFC; undefined for the mailbox that is selected. */
  readonly mailbox: string | undefined;
  readonly uidValidity: number | undefined;
  readonly uid: number;
  /** A section as in FETCH, without brackets; '' is the whole message. */
  readonly section: string;
  readonly partial: { readonly start: number; readonly length: number } | undefined;
}

const URL_FORM =
  /^(?:\/?([^;?]*?)(?:;UIDVALIDITY=([1-9]\d{0,9}))?\/)?;UID=([1-9]\d{0,9})(?:\/;SECTION=([^;?]+?))?(?:\/;PARTIAL=(\d{1,10})(?:\.([1-9]\d{0,9}))?)?$/i;

/** `/mailbox;UIDVALIDITY=n/;UID=n/;SECTION=…/;PARTIAL=start.length`; undefined for what is none, or not on this server. */
export function parseImapUrl(bytes: string): ImapUrl | undefined {
  const match = URL_FORM.exec(bytes);
  if (!match || /^[a-z][a-z0-9+.-]*:|^\/\//i.test(bytes)) return undefined;
  const [, mailboxText, uidValidity, uid, sectionText = '', start, length] = match;
  const mailbox = mailboxText === undefined ? undefined : decoded(mailboxText)?.normalize('NFC');
  const section = decoded(sectionText);
  if (mailbox === '' || (mailboxText !== undefined && mailbox === undefined) || section === undefined) return undefined;
  return {
    mailbox,
    uidValidity: uidValidity === undefined ? undefined : Number(uidValidity),
    uid: Number(uid),
    section,
    partial:
      start === undefined
        ? undefined
        : { start: Number(start), length: length === undefined ? Number.MAX_SAFE_INTEGER : Number(length) },
  };
}

/** Percent-encoded UTF-8; undefined if it is not. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(Buffer.from(text, 'latin1').toString('utf8'));
  } catch {
    return undefined;
  }
}
