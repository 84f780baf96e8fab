/**
 * The header fields kept with every message, lower case: the union of what mail clients ask for in their listings
 * (Thunderbird, Mutt, NeoMutt, Alpine, K-9, Outlook for Mac), what ENVELOPE is made of, and what sending needs.
 * A FETCH of any of these is answered from the index; any other field needs the body.
 */
export const KEPT_HEADER_FIELDS: readonly string[] = [
  'date', 'from', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'subject', 'message-id', 'in-reply-to', 'references',
  'content-type', 'content-transfer-encoding', 'content-description', 'content-disposition', 'content-language',
  'content-location', 'content-md5', 'mime-version', 'newsgroups', 'followup-to', 'lines', 'priority', 'x-priority',
  'importance', 'x-label', 'x-original-to', 'delivered-to', 'received', 'resent-to', 'resent-date', 'resent-from',
  'resent-cc', 'resent-subject', 'list-id', 'list-post', 'list-help', 'list-subscribe', 'list-unsubscribe', 'list-owner',
  'list-archive', 'thread-topic', 'disposition-notification-to', 'x-k9mail-identity', 'x-universally-unique-identifier',
  'x-microsoft-original-message-id',
];

export const KEPT_HEADER_FIELD_SET: ReadonlySet<string> = new Set(KEPT_HEADER_FIELDS);
