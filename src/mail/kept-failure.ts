// Why something waits, as it is written down beside it (journal, submissions) and shown later in the reader's language.
import { bothLanguages } from '../lib/languages.js';
import { DiskError, type DiskTrouble, UpstreamError } from './errors.js';

const DISK_IN_SHORT: Readonly<Record<DiskTrouble, string>> = {
  full: '网关所在的磁盘已满',
  readOnly: '网关所在的磁盘是只读的',
  io: '网关所在的磁盘出错',
  damaged: '网关的索引已损坏',
};

/** The gateway's own words that carry no Chinese with them; by their English. */
const CHINESE: ReadonlyMap<string, string> = new Map([
  ['the gateway is stopping', '网关正在停止'],
  ['the message could not be verified in its new mailbox', '未能在新的邮箱文件夹中核实该邮件'],
  ['the cached message cannot be read', '已缓存的邮件无法读取'],
  ['the message could not be fetched', '取不到这封邮件'],
  ['the mailbox changes too fast to be listed', '邮箱文件夹变动太快，无法列出'],
]);

/** The Chinese form of a failure that is told in the gateway's own words alone. */
export function ownChinese(error: unknown): string | undefined {
  if (error instanceof DiskError) return DISK_IN_SHORT[error.trouble];
  if (!(error instanceof UpstreamError) || error.details.serverText !== undefined) return undefined;
  return error.details.chinese ?? CHINESE.get(error.message);
}

const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, ' ');

/**
 * In both languages (lib/languages.ts) where the gateway says it itself; a server's words alone are one line, which keptIn()
 * puts into marks for a Chinese reader. Rows of older versions are one line, too.
 */
export function keptFailure(error: unknown): string {
  const own = ownChinese(error);
  const { message } = error instanceof Error ? error : { message: String(error) };
  if (own !== undefined) return bothLanguages({ en: oneLine(message), zh: oneLine(own) });
  if (!(error instanceof UpstreamError) || error.details.serverText === undefined) return oneLine(message);
  const serverText = oneLine(error.details.serverText);
  // What the gateway says around a server's words has a Chinese form, too.
  const en = oneLine(message);
  if (en === serverText || !en.endsWith(serverText)) return serverText;
  return bothLanguages({ en, zh: `${error.kind === 'auth' ? '登录被拒绝' : '服务器拒绝'}：“${serverText}”` });
}
