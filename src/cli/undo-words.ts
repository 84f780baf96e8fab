// What `gateway undo` says, in English and in Chinese: the one place of these texts.
import type { RemovedMessage } from '../gateway.js';
import { inLanguage } from '../lib/languages.js';
import { stampText } from '../lib/when.js';
import { type Both, both, count, duration } from './text.js';

type Way = RemovedMessage['way'];
export type Ways = Readonly<Record<Way, Both>>;

/** What was done. */
export const WAYS: Ways = {
  trash: both('moved back from Trash', '已从“已删除”移回'),
  cache: both('stored again from what was kept here', '已用本机留存的内容重新存入'),
  copy: both('copied from another mailbox', '已从另一邮箱文件夹复制'),
  calledOff: both('not gone yet: its removal called off', '尚未删除：已取消删除'),
  recovered: both('put into Recovered', '已放入 Recovered'),
  there: both('there already', '已在原处'),
  undone: both('brought back before', '此前已找回'),
  lost: both('cannot be brought back', '无法找回'),
};
/** What has not been done yet. */
export const COULD: Ways = {
  ...WAYS,
  trash: both('would be moved back from Trash', '将从“已删除”移回'),
  cache: both('can be stored again from what is kept here', '可用本机留存的内容重新存入'),
  copy: both('would be copied from another mailbox', '将从另一邮箱文件夹复制'),
  calledOff: both('not gone yet: its removal would be called off', '尚未删除：将取消删除'),
  recovered: both('would be put into Recovered', '将放入 Recovered'),
};

const messages = (number: number): Both =>
  both(`${count(number)} message${number === 1 ? '' : 's'}`, `${count(number)} 封邮件`);

export const noTime = (text: string): Both =>
  both(
    `"${text}" is no time: give how long ago (30m, 2h, 3d), or a time (10:30, 2026-03-01, 2026-03-01T10:30)`,
    `"${text}" 不是时间：请给出多久以前（30m、2h、3d）或时间（10:30、2026-03-01、2026-03-01T10:30）`,
  );
export const NOTHING = both('Nothing has been removed that could be brought back.', '没有可找回的已删邮件。');
export const ALL_BACK = both('All of it has been brought back already.', '全部都已找回。');
export const LAST_BACK = both(
  'Nothing is left to be brought back: "gateway undo --list" shows what was removed.',
  '没有其他可找回的邮件：可用 "gateway undo --list" 查看已删的邮件。',
);
export const cannotBe = (number: number): Both =>
  number === 0 ? both('', '') : both(` ${messages(number).en} cannot be.`, `${messages(number).zh}无法找回。`);
export const canBe = (number: number): Both =>
  both(`${messages(number).en} can be brought back.`, `可找回 ${messages(number).zh}。`);
export const wouldBe = (number: number): Both =>
  both(`${messages(number).en} would be brought back.`, `将找回 ${messages(number).zh}。`);
export const NOTHING_DONE = both(' Nothing was done.', '尚未执行任何操作。');
export const isBack = (number: number): Both =>
  both(`${messages(number).en} brought back.`, `已找回 ${messages(number).zh}。`);

interface Removal {
  readonly at: number;
  readonly device: string;
  readonly mailboxes: readonly string[];
  readonly messages: number;
}
/** `2026-03-10 11:55 (5 min ago) by phone, from INBOX: 3 messages` */
export function removal({ at, device, mailboxes, messages: number }: Removal, now: number): Both {
  const ago = Math.max(0, now - at);
  return both(
    `${stampText(at)} (${duration(ago, 'en')} ago)${device === '' ? '' : ` by ${device}`}, from ${mailboxes.join(', ')}: ${messages(number).en}`,
    `${stampText(at)}（${duration(ago, 'zh')}前）${device === '' ? '' : `由 ${device} `}从 ${mailboxes.join('、')} 删除：${messages(number).zh}`,
  );
}
export function next(removed: Removal, now: number): Both {
  const { en, zh } = removal(removed, now);
  return both(`The next "gateway undo" goes on to ${en}.`, `再次运行 "gateway undo" 将找回：${zh}。`);
}
export const NO_NEXT = both(
  'Nothing that was removed before is left to be brought back.',
  '此前没有其他可找回的已删邮件。',
);
export const more = (number: number, summary: Both, short: Both): Both =>
  both(
    `… and ${messages(number).en} more: ${summary.en}${short.en}`,
    `…… 另有 ${messages(number).zh}：${summary.zh}${short.zh}`,
  );
export const NO_SUBJECT = both('(no subject)', '（无主题）');
export const comesBack = (subject: string): Both =>
  both(`${subject}: comes back to where it was before`, `${subject}：回到删除前所在之处`);
/** `reason` is in both languages (lib/languages.ts); `without`: mailboxes that are gone. */
export const outcome = (subject: string, { en, zh }: Both, reason?: string, without: readonly string[] = []): Both => {
  const [whyEn, whyZh] =
    reason === undefined ? ['', ''] : [`, ${inLanguage(reason, 'en')}`, `，${inLanguage(reason, 'zh')}`];
  const [butEn, butZh] =
    without.length === 0
      ? ['', '']
      : [
          `, but not into ${without.join(', ')}: there is no such mailbox any more`,
          `，但未放回 ${without.join('、')}：该邮箱文件夹已不存在`,
        ];
  return both(`${subject}: ${en}${whyEn}${butEn}`, `${subject}：${zh}${whyZh}${butZh}`);
};
/** Of those that are not told one by one. */
export const notEverywhere = (number: number): Both =>
  number === 0
    ? both('', '')
    : both(
        `; ${count(number)} not into every mailbox: some are there no longer`,
        `；其中 ${count(number)} 封未放回全部邮箱文件夹：有的已不存在`,
      );
/** `1,224 would be moved back from Trash; 2 cannot be brought back` */
export const summary = (counts: ReadonlyMap<Way, number>, ways: Ways): Both => {
  const parts = (language: keyof Both) =>
    [...counts].map(([way, number]) => `${count(number)}${language === 'zh' ? ' 封' : ' '}${ways[way][language]}`);
  return both(parts('en').join('; '), parts('zh').join('；'));
};
