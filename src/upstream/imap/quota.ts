import { UpstreamError } from '../../mail/errors.js';
import type { UpstreamQuota } from '../connector.js';
import { listOf, numberOf, textOf } from './tokens.js';
import type { Wire } from './wire.js';

/** STORAGE is told in units of 1024 octets (RFC 9208 §5.1). */
const UNIT_BYTES = 1024;

/** GETQUOTAROOT of the inbox. Of several roots the one with the least room counts: it is the one that refuses. */
export async function readQuota(wire: Wire): Promise<UpstreamQuota | undefined> {
  const found: UpstreamQuota[] = [];
  try {
    await wire.run('GETQUOTAROOT', ['INBOX'], {
      untagged: {
        QUOTAROOT: () => undefined,
        QUOTA: ({ attributes }) => {
          const list = listOf(attributes?.[1]) ?? [];
          for (let i = 0; i + 2 < list.length; i += 3) {
            const [used, limit] = [numberOf(list[i + 1]), numberOf(list[i + 2])];
            if (textOf(list[i])?.toUpperCase() !== 'STORAGE' || used === undefined || limit === undefined) continue;
            found.push({ usedBytes: used * UNIT_BYTES, limitBytes: limit * UNIT_BYTES });
          }
        },
      },
    });
  } catch (error) {
    // A server that announces QUOTA and refuses to tell it has none for us.
    if (error instanceof UpstreamError && error.kind === 'permanent') return undefined;
    throw error;
  }
  const roomOf = ({ usedBytes, limitBytes }: UpstreamQuota) => limitBytes - usedBytes;
  return found.sort((a, b) => roomOf(a) - roomOf(b))[0];
}
