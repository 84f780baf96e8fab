/** What an IMAP URL on this server names (RFC 5092 §5, relative forms). */
export interface ImapUrl {
  /** Unicode NFC; '' if it names none. */
  readonly mailbox: string;
  readonly uidValidity: number | undefined;
  readonly uid: number;
  /** A section as in FETCH, without brackets; '' is the whole message. */
  readonly section: string;
  readonly partial: { readonly start: number; readonly length: number } | undefined;
}

const URL_FORM =
  /^(?:\/?([^;?]*?)(?:;UIDVALIDITY=([1-9]\d{0,9}))?\/)?;UID=([1-9]\d{0,9})(?:\/;SECTION=([^;?]+?))?(?:\/;PARTIAL=(\d{1,10})(?:\.([1-9]\d{0,9}))?)?$/i;

/**
 * `/mailbox;UIDVALIDITY=n/;UID=n/;SECTION=…/;PARTIAL=start.length`; undefined for what is none, or not on this server.
 * @param base what a path that does not begin with "/" is below: the selected mailbox, or '' (RFC 4469 §3)
 */
export function parseImapUrl(bytes: string, base: string): ImapUrl | undefined {
  const match = URL_FORM.exec(bytes);
  if (!match || /^[a-z][a-z0-9+.-]*:|^\/\//i.test(bytes)) return undefined;
  const [, mailboxText, uidValidity, uid, sectionText = '', start, length] = match;
  const mailbox = resolved(mailboxText, bytes.startsWith('/') ? '' : base);
  const section = decoded(sectionText);
  if (mailbox === undefined || section === undefined) return undefined;
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

/**
 * The mailbox a path names, with its dot-segments removed (RFC 3986 §5.2); undefined if it is not UTF-8. The base counts as
 * if it ended with "/": else `;UID=1` would name a message of the mailbox above the selected one.
 */
function resolved(path: string | undefined, base: string): string | undefined {
  const segments = base === '' ? [] : base.split('/');
  for (const text of path === undefined || path === '' ? [] : path.split('/')) {
    const segment = decoded(text);
    if (segment === undefined) return undefined;
    if (text === '..') segments.pop();
    else if (text !== '.') segments.push(segment);
  }
  return segments.join('/').normalize('NFC');
}

/** Percent-encoded UTF-8; undefined if it is not. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(Buffer.from(text, 'latin1').toString('utf8'));
  } catch {
    return undefined;
  }
}
