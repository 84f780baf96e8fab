// What each demo account holds: how much of what, in which mailboxes, how read.
import type { Role } from '../../mail/roles.js';
import type { Personality } from '../personalities/index.js';
import type { BulkTheme } from './bulk.js';
import type { Conversation } from './conversations.js';

export type Theme = BulkTheme | Conversation['theme'];

export interface SamplePlan {
  /** Share of Chinese letters. */
  readonly chinese: number;
  readonly bulk: Readonly<Record<BulkTheme, number>>;
  readonly conversations: number;
  /** The account's own mailboxes by theme, below the provider's parent for them. */
  readonly folders: Readonly<Partial<Record<Theme, string>>>;
}

/** Where a letter that is no longer in the inbox may be. */
export const AWAY: readonly Role[] = ['archive', 'archive', 'archive', 'trash'];

export const PLANS: Readonly<Record<Personality['samples'], SamplePlan>> = {
  qq: {
    chinese: 0.8,
    bulk: { newsletters: 52, receipts: 34, notices: 38, junk: 16 },
    conversations: 24,
    folders: { newsletters: 'QQ邮件订阅', receipts: '账单', work: '工作', family: '家人' },
  },
  gmail: {
    chinese: 0.45,
    bulk: { newsletters: 50, receipts: 32, notices: 42, junk: 14 },
    conversations: 22,
    folders: {
      newsletters: 'Newsletters',
      receipts: 'Receipts',
      work: 'Work/Projects',
      travel: '旅行',
      family: '家人',
    },
  },
  hotmail: {
    chinese: 0.3,
    bulk: { newsletters: 48, receipts: 38, notices: 36, junk: 18 },
    conversations: 24,
    folders: { newsletters: 'Reading', receipts: 'Bills', work: 'Work', travel: 'Travel', family: '家庭' },
  },
};
