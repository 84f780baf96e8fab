// What the doctor says of this machine, the data directory and what is owed: the one place of these texts.
import { keptIn } from '../../lib/languages.js';
import { whenText } from '../../lib/when.js';
import { said } from './finding.js';

const plural = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

/** Of anything that went wrong in a way nobody foresaw. */
export const CANNOT_LOOK = said('this could not be looked at', '无法检查此项');
export const CANNOT_LOOK_REMEDY = said(
  'See the other lines marked BAD first; if there are none, report this.',
  '请先处理其他标为“问题”的行；若没有，请反馈此情况。',
);

export const CONFIGURATION_ERROR = said('the configuration has an error', '配置有错误');
export const CONFIGURATION_REMEDY = said('Correct it, then restart the gateway.', '请改正后重启网关。');
export const configurationRest = (accounts: number) =>
  said(
    `what is right of it is looked at: ${plural(accounts, 'account', 'accounts')}`,
    `检查其余正确的部分：${accounts} 个账号`,
  );
export const configurationRead = (accounts: number) =>
  said(`the configuration is read: ${plural(accounts, 'account', 'accounts')}`, `配置已读取：${accounts} 个账号`);
export const UNWISE = said('this works, but is unwise', '可以运行，但不建议如此配置');

export const NO_DIRECTORY = said(
  'there is no data directory yet: the first start makes it',
  '尚无数据目录：首次启动时创建',
);
export const WRITABLE = said('the data directory can be written to', '数据目录可写');
export const NOT_WRITABLE = said('the data directory cannot be written to', '数据目录不可写');
export const NOT_WRITABLE_REMEDY = said(
  'See that the disk is not read-only and that the directory belongs to the user the gateway runs as.',
  '请检查磁盘是否只读，以及目录是否属于运行网关的用户。',
);
export const NO_ROOM = said('there is hardly room left on its disk', '磁盘空间几乎用尽');
export const ROOM = said('there is room on its disk', '磁盘空间充足');
export const MAKE_ROOM = said(
  'Make room on the disk, or give another "dataDir".',
  '请腾出磁盘空间，或更换 "dataDir"。',
);
export const OPEN_TO_OTHERS = said('others on this machine can read the mail', '本机其他用户可读取邮件');
export const closeToOthers = (paths: readonly string[]) =>
  said(`Run "chmod go-rwx ${paths.join(' ')}".`, `请运行 "chmod go-rwx ${paths.join(' ')}"。`);

export const WAS_DAMAGED = said('the index was damaged once, and made anew', '索引曾损坏并已重建');
export const DELETE_DAMAGED = said('Delete the damaged file when all is well.', '一切正常后可删除损坏的文件。');
export const DAMAGED = said('the index is damaged', '索引已损坏');
export const FOUND_DAMAGED = said('found while the gateway ran', '网关运行时发现');
export const DAMAGED_REMEDY = said(
  'Restart the gateway: it saves what can be read and fetches the rest from the providers. The disk may be failing.',
  '请重启网关：它会挽救可读的内容，其余从服务商重新获取。磁盘可能有故障。',
);
export const NEWER = said(
  'the index was written by a newer gateway: upgrade this one',
  '索引由更新版本的网关写入：请升级',
);
export const OLDER = said(
  'the index is of an older gateway: the next start brings it up to date',
  '索引属于旧版本：下次启动时会升级',
);
export const schemas = (found: number, known: number) =>
  said(`schema ${found}, this program knows ${known}`, `索引版本 ${found}，本程序支持 ${known}`);
export const ALL_SOUND = said('the index is sound, all of it', '索引完好（已全面检查）');
export const LOOKS_SOUND = said('the index looks sound', '索引看来完好');
export const NOT_READABLE_NOW = said('the index cannot be read now', '暂时无法读取索引');
export const NOT_READABLE = said('the index cannot be read', '无法读取索引');
export const NOT_READABLE_REMEDY = said(
  'See that this user may read "gateway.db" and its directory; if so, the disk may be failing.',
  '请确认当前用户可读取 "gateway.db" 及其目录；若可以，则磁盘可能有故障。',
);
export const bodiesSeen = (files: number, broken: number) =>
  said(`${plural(files, 'file', 'files')}, ${broken} not whole`, `${files} 个文件，其中 ${broken} 个不完整`);
export const BODIES_WHOLE = said('the bodies of messages are what they were', '邮件内容文件完好');
export const BODIES_BROKEN = said(
  'some bodies are not whole: they are fetched again when they are read',
  '部分邮件内容不完整：阅读时会重新下载',
);
export const BODIES_LOST = said('bodies that no provider has yet are damaged', '尚未上传的邮件内容已损坏');
export const BODIES_LOST_REMEDY = said(
  'Restore them from a backup of the data directory if you have one; the disk may be failing.',
  '如有数据目录的备份，请从中恢复；磁盘可能有故障。',
);

const CERTIFICATES = {
  ca: said("the gateway's CA", '网关的 CA '),
  server: said("the gateway's certificate", '网关的证书'),
} as const;
/** Of one of the gateway's own two certificates. */
export function certificateWords(which: keyof typeof CERTIFICATES) {
  const { en, zh } = CERTIFICATES[which];
  const command = which === 'ca' ? 'gateway cert reissue --ca' : 'gateway cert reissue';
  return {
    missing: said(`${en} is made by the first start`, `${zh}由首次启动生成`),
    early: said(`${en} is of the future`, `${zh}尚未生效`),
    late: said(`${en} has expired`, `${zh}已过期`),
    valid: said(`${en} is valid`, `${zh}有效`),
    unreadable: said(`${en} cannot be read`, `${zh}无法读取`),
    remedy: said(`Run "${command}".`, `请运行 "${command}"。`),
  };
}

export const PORTS_FREE = said('the ports are free for the gateway', '端口可用');
export const PORTS_TAKEN = said('another program has a port of the gateway', '端口被其他程序占用');
export const PORTS_TAKEN_REMEDY = said(
  'Stop the other program, or choose other ports in "listen".',
  '请停止占用端口的程序，或在 "listen" 中更换端口。',
);
export const portReached = (name: string) =>
  said(`clients reach ${name.toUpperCase()}`, `客户端可连接 ${name.toUpperCase()}`);
export const portNotReached = (name: string) =>
  said(`clients do not reach ${name.toUpperCase()}`, `客户端无法连接 ${name.toUpperCase()}`);
export const PORT_REMEDY = said(
  'Restart the gateway; a firewall may be in the way.',
  '请重启网关；也可能被防火墙拦截。',
);

export const CLOCK_RIGHT = said('the clock goes on from what has been written down', '本机时钟正常');
export const CLOCK_BEHIND = said('the clock is behind what has been written down', '本机时钟早于已记录的时间');
export const clockSeen = (now: string, writtenDown: string) =>
  said(`${now}; written down: ${writtenDown}`, `${now}；已记录：${writtenDown}`);
export const CLOCK_REMEDY = said('Set the clock of this machine right.', '请校准本机时钟。');

export const NOTHING_OWED = said('nothing is owed to the providers', '没有待执行的更改或待发的邮件');
export const changesOwed = (count: number) =>
  said(`${plural(count, 'change is', 'changes are')} yet to be carried out`, `${count} 项更改尚未执行`);
export const messagesOwed = (count: number) =>
  said(`${plural(count, 'message is', 'messages are')} yet to be sent`, `${count} 封邮件尚未发出`);
export const OWED_REMEDY = said(
  'They are kept, and tried again by themselves; the lines of this account above say what is in the way.',
  '更改已保留并会自动重试；请看上面该账号的检查结果。',
);
/** `lastError`: as the journal keeps it (mail/kept-failure.ts). */
export const since = (at: number, lastError = '') => {
  const when = said(`since ${whenText(at)}`, `自 ${whenText(at)} 起`);
  return lastError === ''
    ? when
    : said(`${when.en}: ${keptIn(lastError, 'en')}`, `${when.zh}：${keptIn(lastError, 'zh')}`);
};
/** A problem that the gateway keeps, of a fault that is told above with its remedy. */
export const metToo = ({ en, zh }: ReturnType<typeof said>) =>
  said(`the gateway has met the same: ${en}`, `网关遇到的是同一问题：${zh}`);
/** What waits because of a fault that is told above. */
export const waitsForIt = ({ en, zh }: ReturnType<typeof said>) =>
  said(`${en}, because of what is said above`, `${zh}（原因见上）`);

export const DEMO = said('a demo account: it runs inside the gateway', '演示账号：在网关内运行');
