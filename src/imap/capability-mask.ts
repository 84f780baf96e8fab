// What a device is not offered (the configuration's withoutCapabilities). Commands and parameters go on working: a mask
// keeps a client from knowing of a capability, and ENABLE from switching it on. Before login it is not known which device it
// is: a word is told then unless no device is offered it, and the answer to the login tells what holds from there on.

/** What makes no sense without the word, beside the word with `=value` behind it. */
const RESTS_ON: Readonly<Record<string, readonly string[]>> = {
  // RFC 7162 §3.2: QRESYNC includes CONDSTORE, and both are switched on by ENABLE.
  CONDSTORE: ['QRESYNC'],
  ENABLE: ['QRESYNC', 'UTF8=ACCEPT', 'IMAP4REV2'],
  // RFC 5267 §3, RFC 5957 §3: they extend SORT.
  SORT: ['ESORT', 'CONTEXT=SORT'],
  // RFC 5182 §2: what SAVE keeps is what ESEARCH returns.
  ESEARCH: ['SEARCHRES', 'CONTEXT=SEARCH', 'PARTIAL'],
  // RFC 5258 §6: the RETURN of LIST that these add to.
  'LIST-EXTENDED': ['LIST-STATUS', 'LIST-METADATA', 'LIST-MYRIGHTS'],
  'SPECIAL-USE': ['CREATE-SPECIAL-USE'],
  // RFC 4469 §3, RFC 5550: a URL is of use in CATENATE alone.
  CATENATE: ['URL-PARTIAL'],
};

/** Whether a word is offered to a device that goes without those (upper case). `word`: in any case. */
export function isOffered(word: string, without: readonly string[]): boolean {
  if (without.length === 0) return true;
  const wanted = word.toUpperCase();
  return !without.some(
    (masked) => wanted === masked || wanted.startsWith(`${masked}=`) || RESTS_ON[masked]?.includes(wanted),
  );
}
