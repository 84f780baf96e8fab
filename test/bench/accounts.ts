// The three accounts of the bench, with folder trees like those of three kinds of provider.

export interface BenchAccount {
  /** In the gateway. */
  readonly name: string;
  /** Address and login name. */
  readonly user: string;
  readonly trash: string;
  /** Besides INBOX: the path, on the wire (modified UTF-7), its special use, and its size as a share of the INBOX's. */
  readonly mailboxes: readonly (readonly [path: string, specialUse: string | undefined, share: number])[];
}

export const PASSWORD = 'bench-pass';

export const ACCOUNTS: readonly BenchAccount[] = [
  {
    name: 'QQ',
    user: 'someone@qq.test',
    trash: 'Deleted Messages',
    mailboxes: [
      ['Sent Messages', 'Sent', 0.05],
      ['Deleted Messages', 'Trash', 0.01],
      ['Junk', 'Junk', 0.01],
      ['Drafts', 'Drafts', 0.001],
      // 其他文件夹/项目
      ['&UXZO1mWHTvZZOQ-/&mHl27g-', undefined, 0.02],
    ],
  },
  {
    name: 'Gmail',
    user: 'someone@gmail.test',
    trash: 'Trash',
    mailboxes: [
      ['Sent', 'Sent', 0.05],
      ['Trash', 'Trash', 0.01],
      ['Spam', 'Junk', 0.01],
      ['Drafts', 'Drafts', 0.001],
      ['Receipts', undefined, 0.02],
    ],
  },
  {
    name: 'Hotmail',
    user: 'someone@hotmail.test',
    trash: 'Deleted',
    mailboxes: [
      ['Sent', 'Sent', 0.05],
      ['Deleted', 'Trash', 0.01],
      ['Junk', 'Junk', 0.01],
      ['Archive', 'Archive', 0.02],
      ['Projects/Alpha', undefined, 0.02],
    ],
  },
];
