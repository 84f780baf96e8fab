import type { FetchRow, InternedFlags } from '../../core/core.js';
import { bodyOf } from '../../mail/body-structure.js';
import { formatInternalDate } from '../../mail/dates.js';
import type { WireText } from '../../mail/ids.js';
import type { IndexItem } from './items.js';

const item = (
  columns: IndexItem['columns'],
  needsRow: boolean,
  write: (row: FetchRow, flags: InternedFlags) => string,
): IndexItem => ({ kind: 'index', columns, needsRow, write });

/** RFC 9051 §6.4.5, the items that come from the index. */
export const LISTING_ITEMS: Readonly<Record<string, IndexItem>> = {
  UID: item({}, false, ({ uid }) => `UID ${uid}`),
  FLAGS: item({}, false, (_, { wire }) => `FLAGS (${wire})`),
  INTERNALDATE: item({}, true, ({ internalDate }) => `INTERNALDATE ${formatInternalDate(internalDate)}`),
  'RFC822.SIZE': item({}, true, ({ sizeBytes }) => `RFC822.SIZE ${sizeBytes}`),
  ENVELOPE: item({ envelope: true }, true, ({ envelope }) => `ENVELOPE ${envelope}`),
  BODYSTRUCTURE: item({ bodyStructure: true }, true, ({ bodyStructure }) => `BODYSTRUCTURE ${bodyStructure}`),
  BODY: item({ bodyStructure: true }, true, ({ bodyStructure }) => `BODY ${bodyOf(bodyStructure as WireText)}`),
};
