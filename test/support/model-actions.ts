// What the property test can do, drawn at random.
export type ActionKind =
  | 'flag'
  | 'move'
  | 'copy'
  | 'delete'
  | 'append'
  | 'create'
  | 'rename'
  | 'deleteBox'
  | 'deliver'
  | 'upFlag'
  | 'upExpunge'
  | 'upMove'
  | 'upReset'
  | 'upRename'
  | 'offline'
  | 'online'
  | 'restart'
  | 'crash'
  | 'relist'
  | 'rest'
  | 'breathe';

/** The numbers choose among whatever there is at that moment. */
export interface Action {
  readonly kind: ActionKind;
  readonly where: number;
  readonly which: number;
  readonly what: number;
}

export const FLAGS = ['\\Seen', '\\Flagged', '$Work'] as const;
export const NAMES = ['Box', 'Kiste', '盒子'];
export const UNIFIED = ['INBOX', 'Drafts', 'Sent', 'Archive', 'Junk', 'Trash'];
