// Quirks as JSON, for whoever composes a server of their own: read strictly, refused in plain words.
import { z } from 'zod';
import { nearest } from '../lib/nearest.js';
import { NO_QUIRKS, type Quirks } from './quirks.js';

const count = z.int().min(0);
const atLeastOne = z.int().min(1);
const ms = z.number().min(0);
const isOn = z.boolean();
/** Goes into a line of the protocol. */
const text = z.string().regex(/^[\x20-\x7e]*$/, 'must be one line of ASCII');
const texts = z.array(text);
const names = z.array(z.string());
const code = z.int().min(400).max(599);

const FIELDS: { readonly [Key in keyof Quirks]-?: z.ZodType<Quirks[Key]> } = {
  greetingCaps: text,
  postLoginCaps: text,
  byeAtOnce: text,
  byeAfterErrors: z.strictObject({ errors: atLeastOne, text }),
  passwordsRefused: text,
  tokenExpiresIn: z.number().positive(),
  rotateRefreshToken: isOn,
  authFailChallenge: isOn,
  notConnected: z.strictObject({ text, bye: text }),
  requireId: text,
  noIdle: isOn,
  silentIdle: isOn,
  noExpungeInIdle: isOn,
  noFlagsInIdle: isOn,
  idleTimeoutMs: ms,
  noopDoesNotKeepAlive: isOn,
  enableWithoutEnabledReply: isOn,
  brokenRev2: isOn,
  statusOmits: texts,
  selectCap: atLeastOne,
  messageLimit: atLeastOne,
  messageLimitBad: text,
  emptyCopyuid: isOn,
  permutedCopyuid: isOn,
  malformedVanished: isOn,
  esearchCountsOnly: isOn,
  peekReturnsNothing: z.array(atLeastOne),
  appendNeedsLineEnd: text,
  rewritesAppend: isOn,
  autoTrashDisconnect: isOn,
  visibleDays: z.number().positive(),
  renumberUids: z.strictObject({
    everySelects: atLeastOne,
    uidValidity: z.enum(['new', 'same']),
    uids: z.enum(['compact', 'above']),
  }),
  throttleAfter: z.strictObject({ commands: count, text, forMs: ms }),
  bandwidth: z.strictObject({ downBytes: count, upBytes: count, text }),
  loginFrequencyLimit: z.strictObject({ logins: count, withinMs: ms, text }),
  maxConnections: z.strictObject({ count, text }),
  ascendingSetsOnly: text,
  dropLongLines: count,
  refuseLongLines: z.strictObject({ bytes: count, text }),
  searchIgnoresTexts: isOn,
  searchIgnoresGroups: isOn,
  searchBad: z.strictObject({ keys: texts, text, status: z.literal('NO').optional() }) as z.ZodType<
    Quirks['searchBad']
  >,
  searchAsciiOnly: isOn,
  searchWholeWords: isOn,
  labelStore: z.strictObject({
    autoExpunge: isOn,
    expungeBehavior: z.enum(['archive', 'trash', 'deleteForever']),
    joinsByMessageId: isOn,
  }),
  keepsKeywords: isOn,
  claimsKeywords: isOn,
  keptKeywords: texts,
  unkeptFlags: texts,
  allRecent: isOn,
  examineOmitsPermanentFlags: isOn,
  bareSelectCodes: texts,
  unseenIsCount: isOn,
  statusTrailingSpace: isOn,
  fetchOrderReversed: isOn,
  listAttributes: isOn,
  listUnquoted: isOn,
  inboxName: text,
  noselect: text,
  hiddenMailboxes: names,
  reservedNames: z.strictObject({ names, text }),
  savesSent: z.enum(['no', 'asItIs', 'newMessageId']),
  savesSentAfterMs: ms,
  foreignFrom: z.union([
    z.strictObject({ is: z.enum(['allowed', 'rewritten']) }),
    z.strictObject({ is: z.enum(['refusedAtMail', 'refusedAfterData']), code, text }),
  ]),
  sendingLimit: z.strictObject({ messages: count, code, text }),
  sizeLies: z.int(),
};

/** Names of all switches. */
export const QUIRK_NAMES = Object.keys(FIELDS) as readonly (keyof Quirks)[];

/**
 * What has no place in the switches is named with its path, one line each. `null` turns a switch off that a personality has on.
 * @throws {Error} whose message a person can act on
 */
export function readQuirks(json: unknown): Partial<Quirks> {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('quirks are an object, such as {"noIdle": true}');
  const problems: string[] = [];
  const quirks: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    if (!Object.hasOwn(FIELDS, name)) problems.push(unknownText(name));
    else if (value === null) quirks[name] = NO_QUIRKS[name as keyof Quirks];
    else {
      const read = FIELDS[name as keyof Quirks].safeParse(value);
      if (read.success) quirks[name] = read.data;
      else problems.push(...read.error.issues.map(({ path, message }) => `${[name, ...path].join('.')}: ${message}`));
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return quirks as Partial<Quirks>;
}

function unknownText(name: string): string {
  const meant = nearest(name, QUIRK_NAMES);
  return `"${name}" is no switch: ${meant === undefined ? `there are ${QUIRK_NAMES.join(', ')}` : `did you mean "${meant}"?`}`;
}
