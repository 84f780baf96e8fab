// The table's rows and what issue and design ask of them.

export type ColumnName = 'gateway' | 'direct' | 'delayed' | 'oneDown';

export interface Row {
  readonly key: string;
  readonly title: string;
  readonly unit: 'ms' | 's' | 'msg/s' | 'MB/s' | 'MB' | 'kB' | 'count';
  /** At least this (a rate) or at most this (anything else). */
  readonly goals?: Partial<Record<ColumnName, number>>;
  /** Needs nothing of the upstreams: neither their distance nor their absence may be felt. */
  readonly isLocal?: boolean;
  /** Must be as fast as that row. */
  readonly asFastAs?: string;
}

export const ROWS = [
  { key: 'firstReady', title: 'first start: until it serves', unit: 'ms' },
  {
    key: 'firstSync',
    title: 'first sync (direct: FETCH of the same items)',
    unit: 'msg/s',
    goals: { gateway: 4_000, delayed: 3_000 },
  },
  { key: 'firstSyncTime', title: 'first sync, all messages of all mailboxes', unit: 's' },
  { key: 'firstSyncCpu', title: 'first sync: processor time of the gateway', unit: 's' },
  {
    key: 'memoryAfterSync',
    title: 'resident memory after the sync',
    unit: 'MB',
    goals: { gateway: 200, delayed: 200 },
  },
  { key: 'login', title: 'login + SELECT', unit: 'ms', isLocal: true },
  { key: 'select', title: 'SELECT', unit: 'ms', isLocal: true },
  { key: 'status', title: 'STATUS', unit: 'ms', isLocal: true },
  { key: 'fetchFlags', title: 'FETCH 1:* (UID FLAGS)', unit: 'msg/s', goals: { gateway: 400_000 }, isLocal: true },
  { key: 'fetchEnvelope', title: 'FETCH 1:* (… ENVELOPE)', unit: 'msg/s', goals: { gateway: 100_000 }, isLocal: true },
  { key: 'fetchStructure', title: 'FETCH 1:* (UID BODYSTRUCTURE)', unit: 'msg/s', isLocal: true },
  { key: 'fetchHeaders', title: 'FETCH 1:* of 8 header fields', unit: 'msg/s', isLocal: true },
  { key: 'searchSubject', title: 'SEARCH SUBJECT', unit: 'ms', isLocal: true },
  { key: 'sort', title: 'SORT (REVERSE DATE), SUBJECT', unit: 'ms', goals: { gateway: 300 }, isLocal: true },
  { key: 'thread', title: 'THREAD REFERENCES', unit: 'ms', goals: { gateway: 300 }, isLocal: true },
  { key: 'bodies', title: '500 bodies (again; first)', unit: 'MB/s' },
  { key: 'store1', title: 'STORE on 1', unit: 'ms', isLocal: true },
  { key: 'store1000', title: 'STORE on 1,000', unit: 'ms', goals: { gateway: 30 }, isLocal: true },
  {
    key: 'resync',
    title: 'SELECT (QRESYNC …) after 1,000 changes',
    unit: 'ms',
    goals: { gateway: 100 },
    isLocal: true,
  },
  { key: 'append', title: 'APPEND of a small message', unit: 'ms', isLocal: true },
  { key: 'move100', title: 'MOVE of 100 to the Trash', unit: 'ms', isLocal: true },
  { key: 'settled', title: 'after that: until the upstreams have all of it', unit: 'ms' },
  {
    key: 'selectAfter',
    title: 'SELECT after 100 APPENDs and the MOVEs',
    unit: 'ms',
    isLocal: true,
    asFastAs: 'select',
  },
  {
    key: 'statusAfter',
    title: 'STATUS after 100 APPENDs and the MOVEs',
    unit: 'ms',
    isLocal: true,
    asFastAs: 'status',
  },
  { key: 'newMail', title: 'new mail: from APPEND upstream to EXISTS in IDLE', unit: 'ms' },
  { key: 'newMailDelay', title: "new mail: after the upstream's own EXISTS", unit: 'ms', goals: { gateway: 50 } },
  { key: 'memoryAtEnd', title: 'resident memory at the end', unit: 'MB' },
  { key: 'memoryPeak', title: 'resident memory, peak', unit: 'MB' },
  { key: 'restartReady', title: 'restart: until it listens', unit: 'ms' },
  {
    key: 'restartServes',
    title: 'restart: until it has answered login + SELECT',
    unit: 'ms',
    goals: { gateway: 1_000, delayed: 1_000, oneDown: 1_000 },
  },
  { key: 'restartSynced', title: 'restart: until all accounts are up to date', unit: 'ms' },
  { key: 'restartCpu', title: 'restart: processor time of the gateway until then', unit: 's' },
  { key: 'restartDownloaded', title: 'restart: downloaded from the upstreams', unit: 'kB' },
  {
    key: 'restartFetches',
    title: 'restart: FETCHes of headers or bodies',
    unit: 'count',
    goals: { gateway: 0, delayed: 0 },
  },
  {
    key: 'idlePlain',
    title: 'memory of a connection in IDLE, of 500',
    unit: 'kB',
    goals: { gateway: 40, delayed: 40 },
  },
  {
    key: 'idleTls',
    title: 'memory of a TLS connection in IDLE, of 500',
    unit: 'kB',
    goals: { gateway: 40, delayed: 40 },
  },
] as const satisfies readonly Row[];

export type RowKey = (typeof ROWS)[number]['key'];
