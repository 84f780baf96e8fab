// Letters begun and not sent: each account's its own, since Drafts shows those of all accounts side by side.
import type { Personality } from '../personalities/index.js';
import type { Language } from './people.js';

export interface DraftText {
  readonly language: Language;
  readonly subject: string;
  readonly text: string;
}

export const DRAFTS: Readonly<Record<Personality['samples'], readonly DraftText[]>> = {
  qq: [
    {
      language: 'zh',
      subject: '关于下个月的安排',
      text: '你好，\n\n下个月我想请一周假，具体时间还没定，先和你说一声。\n',
    },
    { language: 'zh', subject: '感谢信', text: '赵老师：\n\n非常感谢您上次的指导，' },
    { language: 'en', subject: 'Question about the invoice', text: 'Hello,\n\nthe second line of the invoice ' },
    { language: 'zh', subject: '同学聚会名单', text: '目前确定能来的有：\n\n1. 老陈\n2. ' },
  ],
  gmail: [
    {
      language: 'en',
      subject: 'Talk for the meet-up',
      text: 'Title: what I learned from reading my own mail\n\n- start with the numbers\n- ',
    },
    { language: 'zh', subject: '周末去爬山吗？', text: '天气预报说周六是晴天，要不要' },
    { language: 'en', subject: 'Books to lend', text: 'Those you asked for are on the shelf, except for ' },
  ],
  hotmail: [
    { language: 'en', subject: 'Holiday reply', text: 'I am away until Monday and will answer then.\n' },
    { language: 'en', subject: 'Flat: list of repairs', text: 'Kitchen: the tap drips.\nBathroom: ' },
    { language: 'zh', subject: '给房东的信', text: '您好，\n\n关于下半年的租约，我想' },
    { language: 'en', subject: 'Recipe', text: 'For four people:\n\n500 g flour\n' },
  ],
};
