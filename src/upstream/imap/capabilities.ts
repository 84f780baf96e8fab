// CAPABILITY after login → what core may count on, corrected by the provider's data.
import type { ImapFlow } from 'imapflow';
import { UpstreamError } from '../../mail/errors.js';
import type { UpstreamCapabilities } from '../connector.js';
import type { ConnectorTraits } from '../providers/provider.js';
import type { Wire } from './wire.js';

/** The words as the server sent them, upper case. */
export const wordsOf = (client: ImapFlow): string[] =>
  [...client.capabilities].map(([word, value]) =>
    (typeof value === 'number' ? `${word}=${value}` : word).toUpperCase(),
  );

/** Reads the capabilities and switches on what has to be switched on (RFC 5161): CONDSTORE and QRESYNC, nothing else. */
export async function readCapabilities(
  client: ImapFlow,
  wire: Wire,
  traits: ConnectorTraits,
): Promise<UpstreamCapabilities> {
  const ignored = new Set(traits.ignoredCapabilities.map((word) => word.toUpperCase()));
  const words = wordsOf(client).filter((word) => !ignored.has(word));
  const has = new Set(words);
  const { trustsCondstore, trustsQresync } = traits;
  const wantsQresync = has.has('QRESYNC') && has.has('ENABLE') && trustsQresync && trustsCondstore;
  const qresync = wantsQresync && (await enable(wire, 'QRESYNC'));
  const limit = words.some((word) => word.startsWith('APPENDLIMIT'))
    ? client.capabilities.get('APPENDLIMIT')
    : undefined;
  return {
    // RFC 7162 §3.2: QRESYNC implies CONDSTORE. Without QRESYNC each SELECT asks for it.
    condstore: trustsCondstore && (has.has('CONDSTORE') || has.has('QRESYNC')),
    qresync,
    move: has.has('MOVE'),
    uidplus: has.has('UIDPLUS'),
    idle: has.has('IDLE'),
    labelStore: has.has('X-GM-EXT-1'),
    objectId: has.has('OBJECTID'),
    appendLimit: typeof limit === 'number' && limit > 0 ? limit : undefined,
    words,
  };
}

/** Quirk(icloud): there may be no untagged ENABLED, so the tagged OK decides. */
async function enable(wire: Wire, extension: string): Promise<boolean> {
  try {
    await wire.run('ENABLE', [extension]);
    return true;
  } catch (error) {
    if (error instanceof UpstreamError && error.kind === 'permanent') return false;
    throw error;
  }
}
