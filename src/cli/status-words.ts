// What `gateway status` says, in English and in Chinese: the one place of these texts.
import type { AccountStatus, GatewayStatus } from '../gateway.js';
import { keptIn } from '../lib/languages.js';
import { whenText } from '../lib/when.js';
import { type Both, both, count, duration } from './text.js';

const lasting = (ms: number): Both => both(duration(ms, 'en'), duration(ms, 'zh'));

export const running = (ms: number, pid: number, host: string, ports: string): Both =>
  both(
    `Running for ${lasting(ms).en} (process ${pid}), listening on ${host}: ${ports}.`,
    `已运行 ${lasting(ms).zh}（进程 ${pid}），监听 ${host}：${ports}。`,
  );
export const clients = (imap: number, smtp: number): Both =>
  both(
    `Mail clients connected: ${imap} by IMAP, ${smtp} by SMTP.`,
    `已连接的邮件程序：IMAP ${imap} 个，SMTP ${smtp} 个。`,
  );
export const devices = (list: string): Both => both(`Devices: ${list}.`, `设备：${list}。`);
export const toBeSent = (queued: number, failed: number): Both =>
  both(`Messages to be sent: ${queued}; failed: ${failed}.`, `待发邮件：${queued} 封；失败：${failed} 封。`);
/** `lines`: of each account that could not be synchronised. */
export const notUpToDate = (lines: string): Both => {
  const below = `\n  ${lines.replaceAll('\n', '\n  ')}`;
  return both(`not all accounts are up to date:${below}`, `未能更新所有账号：${below}`);
};

export const upToDate = (account: string | undefined, isBut: boolean): Both =>
  both(
    `${account ?? 'All accounts'}: up to date${isBut ? ', but' : '.'}`,
    `${account ?? '所有账号'}：已是最新${isBut ? '，但' : '。'}`,
  );
export const hasYetToBeDone = (account: string, changes: number, reason: string): Both =>
  both(
    `${account}: ${count(changes)} ${changes === 1 ? 'change has' : 'changes have'} yet to be carried out${reason === '' ? '' : `: ${reason}`}`,
    `${account}：${changes} 项更改尚待执行${reason === '' ? '' : `：${reason}`}`,
  );

type Waiting = GatewayStatus['submissions']['waiting'][number];
const whenSent = ({ heldUntil, nextAttemptAt }: Waiting): Both => {
  if (heldUntil !== undefined)
    return both(`, held back until ${whenText(heldUntil)}`, `，暂停发信至 ${whenText(heldUntil)}`);
  if (nextAttemptAt === undefined) return both('', '');
  return both(`, next at ${whenText(nextAttemptAt)}`, `，下次尝试 ${whenText(nextAttemptAt)}`);
};
export const notSent = (waiting: Waiting): Both => {
  const { account, messages, reason } = waiting;
  const when = whenSent(waiting);
  return both(
    `${account}: ${count(messages)} not sent so far${when.en}: ${keptIn(reason, 'en')}`,
    `${account}：${count(messages)} 封尚未发出${when.zh}：${keptIn(reason, 'zh')}`,
  );
};

export const ACCOUNT_HEADING = both(
  ['Account', 'Address', 'State', 'Messages', 'Changes owed', 'Why'],
  ['账号', '地址', '状态', '邮件', '待执行的更改', '原因'],
);
/** The same words as in the README. */
export const STATES: Readonly<Record<AccountStatus['state'], Both>> = {
  connecting: both('connecting', '正在连接'),
  syncing: both('syncing', '正在同步'),
  ready: both('ready', '就绪'),
  offline: both('offline', '离线'),
  needsSignIn: both('needsSignIn', '需要登录'),
  throttled: both('throttled', '暂停中'),
  waitingForDisk: both('waitingForDisk', '等待磁盘'),
};
export const until = ({ en, zh }: Both, at: number): Both =>
  both(`${en} until ${whenText(at)}`, `${zh}，至 ${whenText(at)}`);
export const partly = (done: number, total: number): Both =>
  both(`${count(done)} of ${count(total)}`, `${count(done)} / ${count(total)}`);
export const rate = (perSecond: number): Both => both(`${count(perSecond)}/s`, `每秒 ${count(perSecond)}`);
export const owed = (depth: number, oldestMs: number): Both =>
  both(`${count(depth)} (oldest ${lasting(oldestMs).en})`, `${count(depth)}（最早 ${lasting(oldestMs).zh}前）`);
export const SEE_BELOW = both('see below', '见下');

type Use = AccountStatus['budgets'][number];
const LESS = both('under 1 MB', '不足 1 MB');
const megabytes = (bytes: number): Both => {
  if (bytes > 0 && bytes < 1e6) return LESS;
  const amount = `${bytes === 0 ? '0' : count(bytes / 1e6)} MB`;
  return both(amount, amount);
};
const spaced = (zh: string): string => (/^\p{Script=Han}/u.test(zh) ? zh : ` ${zh}`);
const sent = (amount: number): string => (amount === 1 ? 'message' : 'messages');
/** `of`: the number that the noun agrees with. */
const USES: Readonly<Record<Use['name'], (amount: Both, of: number) => Both>> = {
  downloadBytesPerDay: ({ en, zh }) => both(`${en} down in 24 h`, `24 小时内下载${spaced(zh)}`),
  uploadBytesPerDay: ({ en, zh }) => both(`${en} up in 24 h`, `24 小时内上传${spaced(zh)}`),
  loginsPer15Minutes: ({ en, zh }, of) =>
    both(`${en} ${of === 1 ? 'sign-in' : 'sign-ins'} in 15 min`, `15 分钟内登录 ${zh} 次`),
  messagesPerMinute: ({ en, zh }, of) => both(`${en} ${sent(of)} sent in a minute`, `一分钟内发信 ${zh} 封`),
  messagesPerDay: ({ en, zh }, of) => both(`${en} ${sent(of)} sent in 24 h`, `24 小时内发信 ${zh} 封`),
  recipientsPerDay: ({ en, zh }, of) =>
    both(`${en} ${of === 1 ? 'recipient' : 'recipients'} in 24 h`, `24 小时内收件人 ${zh} 个`),
};
/** How much of what a provider grants has been used. */
export function used({ name, used, limit }: Use): Both {
  const amount = (value: number): Both =>
    name.includes('Bytes') ? megabytes(value) : both(count(value), count(value));
  const so = amount(used);
  if (limit === undefined) return USES[name](so, used);
  const most = amount(limit);
  return USES[name](both(`${so.en} of ${most.en}`, `${so.zh} / ${most.zh}`), limit);
}
export const uses = (account: string, list: readonly Both[]): Both =>
  both(`${account}: ${list.map(({ en }) => en).join(', ')}.`, `${account}：${list.map(({ zh }) => zh).join('，')}。`);

export const factsOf = (account: string): Both =>
  both(`${account}: what was found out about its server`, `${account}：对其服务器的探测结果`);
export const traitsOf = (account: string): Both =>
  both(
    `${account}: what is gone by ("quirks" of the configuration have the last word)`,
    `${account}：实际采用的设置（配置中的 "quirks" 优先）`,
  );
export const TRAIT_HEADING = both(['Trait', 'Source', 'Value'], ['设置', '来源', '值']);
export const NONE = both('none', '无');
export const SOURCES: Readonly<Record<AccountStatus['traits'][number]['source'], Both>> = {
  probe: both('probe', '探测'),
  table: both('table', '服务商资料'),
  config: both('config', '配置'),
};
export const NOT_KNOWN = both('not known', '未知');
export const VERDICTS: Readonly<Record<string, Both>> = {
  right: both('right', '是'),
  wrong: both('wrong', '否'),
};
export const TRIALS = [
  ['searchAll', both('SEARCH finds all there is', 'SEARCH 能找到所有邮件')],
  ['searchText', both('SEARCH finds texts', 'SEARCH 能搜索正文')],
  ['sizes', both('RFC822.SIZE is the true length', 'RFC822.SIZE 为真实大小')],
  ['condstore', both('CONDSTORE', 'CONDSTORE 可靠')],
  ['qresync', both('QRESYNC', 'QRESYNC 可靠')],
  ['copyUid', both('COPYUID is told', '会告知 COPYUID')],
  ['copyOrder', both('COPYUID is in order', 'COPYUID 顺序正确')],
  ['appendUid', both('APPENDUID is told', '会告知 APPENDUID')],
] as const satisfies readonly (readonly [keyof AccountStatus['facts'], Both])[];
export const fact = (what: Both, verdict: Both): Both => both(`${what.en}: ${verdict.en}`, `${what.zh}：${verdict.zh}`);
export const capabilitiesBefore = (words: string): Both =>
  both(`CAPABILITY before login: ${words}`, `登录前的 CAPABILITY：${words}`);
export const capabilitiesAfter = (words: string): Both =>
  both(`CAPABILITY after login: ${words}`, `登录后的 CAPABILITY：${words}`);
export const identity = (words: string): Both => both(`ID: ${words}`, `ID：${words}`);
export const namespace = (prefix: string, delimiter: string): Both =>
  both(`NAMESPACE: prefix ${prefix}, delimiter ${delimiter}`, `NAMESPACE：前缀 ${prefix}，分隔符 ${delimiter}`);
export const statusTells = (items: string): Both => both(`STATUS tells: ${items}`, `STATUS 可告知：${items}`);
export const idleTold = (items: string): Both =>
  both(`IDLE has told: ${items === '' ? 'nothing yet' : items}`, `IDLE 已通知过：${items === '' ? '尚无' : items}`);
export const keywordsKept = (kept: number, of: number): Both =>
  both(`Mailboxes that keep new keywords: ${kept} of ${of}`, `可保存新关键字的邮箱文件夹：${kept} / ${of}`);
