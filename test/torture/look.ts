// Reads what upstreams and gateway hold, as anybody would: by IMAP.
import type { PlainImap } from '../support/plain-imap.js';
import { decodeMailboxName, quote } from '../support/plain-imap.js';

export interface Seen {
  readonly token: string;
  readonly uid: number;
  readonly flags: readonly string[];
}

export interface SeenBox {
  readonly uidValidity: number;
  readonly messages: readonly Seen[];
}

/** Only these are compared: \Deleted may be an overlay (DESIGN §7), \Recent nobody's business. */
export const COMPARED = ['\\Answered', '\\Flagged', '\\Seen'];

export async function namesOf(client: PlainImap): Promise<string[]> {
  const { untagged } = await client.ok('LIST "" *');
  return untagged.flatMap((line) => {
    const [, attributes = '', name] = /^\* LIST \(([^)]*)\) \S+ "?([^"]*)"?$/i.exec(line) ?? [];
    return name === undefined || /\\noselect|\\nonexistent/i.test(attributes) ? [] : [decodeMailboxName(name)];
  });
}

export async function lookInto(client: PlainImap, encodedName: string): Promise<SeenBox> {
  const { untagged } = await client.ok(`EXAMINE ${quote(encodedName)}`);
  const uidValidity = Number(/UIDVALIDITY (\d+)/.exec(untagged.join('\n'))?.[1]);
  if (untagged.some((line) => /^\* 0 EXISTS/i.test(line))) return { uidValidity, messages: [] };
  const fetched = await client.ok('FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])');
  return { uidValidity, messages: fetched.untagged.flatMap(seenOf) };
}

function seenOf(line: string): Seen[] {
  const uid = /\bUID (\d+)/.exec(line)?.[1];
  const flags = /\bFLAGS \(([^)]*)\)/.exec(line)?.[1];
  if (uid === undefined || flags === undefined) return [];
  const token = /Subject: (\S+)/i.exec(line)?.[1] ?? `no subject, uid ${uid}`;
  return [{ token, uid: Number(uid), flags: COMPARED.filter((flag) => flags.split(' ').includes(flag)) }];
}
