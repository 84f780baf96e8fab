// The three accounts of the bench, with folder trees like those of three kinds of provider.

export interface BenchAccount {
  /** In the gateway. */
  readonly name: string;
  /** Address and login name. */
  readonly user: string;
  readonly trash: string;
  /** Besides INBOX: the path, on the wire (modified UTF-7), and its size as a share of the INBOX's. */
  readonly mailboxes: readonly (readonly [path: string, share: number])[];
}

export const ACCOUNTS: readonly BenchAccount[] = [
  {
    name: 'QQ',
    user: 'someone@qq.test',
    trash: 'Deleted Messages',
    mailboxes: [
      ['Sent Messages', 0.05],
      ['Deleted Messages', 0.01],
      ['Junk', 0.01],
      ['Drafts', 0.001],
      // 其他文件夹/项目
      ['&UXZO1mWHTvZZOQ-/&mHl27g-', 0.02],
    ],
  },
  {
    name: 'Gmail',
    user: 'someone@gmail.test',
    trash: '[Gmail]/Trash',
    mailboxes: [
      ['[Gmail]/Sent Mail', 0.05],
      ['[Gmail]/Trash', 0.01],
      ['[Gmail]/Spam', 0.01],
      ['[Gmail]/Drafts', 0.001],
      ['Receipts', 0.02],
    ],
  },
  {
    name: 'Hotmail',
    user: 'someone@hotmail.test',
    trash: 'Deleted',
    mailboxes: [
      ['Sent', 0.05],
      ['Deleted', 0.01],
      ['Junk', 0.01],
      ['Archive', 0.02],
      ['Projects/Alpha', 0.02],
    ],
  },
];
