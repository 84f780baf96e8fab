// What the gateway says to people, in the language their client asked for (RFC 5255 §3): every refusal and goodbye. Keyed by
// the English text: what has no translation stays English. That is what is wrong with a command's grammar (for who wrote
// the client), and what stands behind a response code that the client reads instead. Providers' own words are passed on
// as they came.

import { safeText } from '../mail/errors.js';
import { oneLine } from './errors.js';

export type Language = 'i-default' | 'en' | 'zh';

/** i-default is English that everybody may be expected to read (RFC 2277 §4.5). */
export const LANGUAGES: readonly Language[] = ['i-default', 'en', 'zh'];

const CHINESE: Readonly<Record<string, string>> = {
  'mail gateway ready': '邮件网关已就绪',
  'logged in': '已登录',
  'logging out': '再见',
  'wrong user name or password': '用户名或密码不对',
  'the authorization identity must be the user': '不能以他人身份登录',
  'authentication was cancelled': '登录已取消',
  'this mechanism is not offered; use PLAIN': '不提供这种登录方式，请用 PLAIN',
  'too many wrong passwords from your address; try again in a minute': '来自您地址的错误密码太多，请一分钟后再试',
  'a password is taken over TLS only: use STARTTLS or the TLS port': '只在 TLS 上接受密码：请用 STARTTLS 或 TLS 端口',
  'please log in first': '请先登录',
  'begin TLS negotiation now': '现在开始 TLS 协商',
  'compression begins now': '现在开始压缩',
  'compression is active already': '压缩已在使用',
  'compression is not offered here': '这里不提供压缩',
  'channel binding is offered here: use SCRAM-SHA-256-PLUS': '这里提供通道绑定：请用 SCRAM-SHA-256-PLUS',
  'the messages do not belong to one exchange on this connection': '这些消息不属于本连接上的同一次登录',
  'there is no such mailbox': '没有这个邮箱文件夹',
  'there is such a mailbox already': '已经有同名的邮箱文件夹',
  'the mailbox is gone': '这个邮箱文件夹已不存在',
  'the mailbox was opened read-only': '邮箱文件夹是以只读方式打开的',
  'this mailbox cannot hold messages': '这个邮箱文件夹不能存放邮件',
  'this mailbox cannot be deleted': '这个邮箱文件夹不能删除',
  'this mailbox cannot be renamed': '这个邮箱文件夹不能改名',
  'this is only a level of the hierarchy': '这只是一个层级，不是邮箱文件夹',
  'this mailbox has mailboxes below it; delete those first': '其下还有邮箱文件夹，请先删除它们',
  'that name cannot be used for a mailbox': '这个名称不能用于邮箱文件夹',
  'that name is too long, or has too many levels': '这个名称太长，或者层级太多',
  'a mailbox has one special use at most': '一个邮箱文件夹最多只能有一种特殊用途',
  'a special use is given by CREATE alone': '特殊用途只能在新建（CREATE）时指定',
  'only messages can be moved below a unified mailbox': '合并的邮箱文件夹之下只能移入邮件',
  'there is no account to make a mailbox in': '没有可以新建邮箱文件夹的账号',
  'there is no account to store the message in': '没有可以保存这封邮件的账号',
  'a mailbox cannot be moved below itself': '邮箱文件夹不能移到自己下面',
  'a mailbox cannot be renamed into another account; move its messages instead':
    '邮箱文件夹不能改名到另一个账号，请改为移动其中的邮件',
  'an empty message cannot be stored': '不能保存空邮件',
  'a NUL stands outside of the parts with the encoding "binary"': '在编码不是 binary 的部分里有空字符（NUL）',
  'the encoding of this part is not known': '不认识这一部分的编码',
  'there is no such message': '没有这封邮件',
  'this mailbox does not show that message': '这个邮箱文件夹里没有那封邮件',
  'the message no longer exists; nothing was stored': '邮件已不存在，没有保存任何内容',
  'the message could not be read to its end': '邮件没有读完',
  'the connection ended in the middle of a message': '邮件收到一半，连接就断了',
  'the message is gone': '邮件已不存在',
  'some of the messages no longer exist': '其中一些邮件已不存在',
  'some of the messages no longer exist; nothing was copied': '其中一些邮件已不存在，没有复制任何邮件',
  'no messages found': '没有找到邮件',
  'the message is too large': '邮件太大',
  'the literal is too large': '内容太大',
  'the message cannot be stored: the disk refuses': '邮件无法保存：磁盘拒绝写入',
  'the message could not be fetched': '取不到这封邮件',
  'the provider does not give this message': '邮件服务商没有给出这封邮件',
  'the search was given up': '搜索已放弃',
  'the limits are those of the mail providers': '容量限制由邮件服务商规定',
  'there is no such quota root': '没有这个容量根（quota root）',
  'this annotation can only be read': '这条注释只能读取',
  'the value is too large': '内容太大',
  'the provider does not give some of these messages': '邮件服务商没有给出其中一些邮件',
  'some of these messages have not been fetched from the provider yet': '其中一些邮件尚未从邮件服务商取回',
  'the account is not configured any more': '这个账号已不在配置中',
  'the account of this message is not configured any more': '这封邮件的账号已不在配置中',
  'internal error; it has been logged': '内部错误，已记入日志',
  'the gateway is stopping': '网关正在停止',
  'you have been idle for too long': '您空闲太久了',
  'too many bad commands': '错误的命令太多',
  'too many commands before login': '登录之前的命令太多',
  'you have not logged in in time': '没有及时登录',
  'too many connections': '连接太多',
  'the mailbox has been renumbered or deleted; please reconnect': '邮箱文件夹已重新编号或删除，请重新连接',
  'none of these languages is known here': '这些语言都不支持',
  'the mailbox has changed; please leave IDLE': '邮箱文件夹有变动，请退出 IDLE',
  'the selected mailbox has been deleted': '当前打开的邮箱文件夹已被删除',
  'TLS is active already': 'TLS 已在使用',
  'TLS is not offered here': '这里不提供 TLS',
  'the compressed data are damaged': '压缩数据已损坏',
  'the compressed data unpack to too much': '压缩数据解开后太大',
  'the command is too long': '命令太长',
  'the line is too long': '这一行太长',
  'expected DONE': '此处应为 DONE',
  'the response is not base64': '应答不是 base64',
  'the response is not UTF-8': '应答不是 UTF-8',
  'malformed PLAIN response': 'PLAIN 应答格式不对',
  'malformed SCRAM response': 'SCRAM 应答格式不对',
  'malformed SCRAM message': 'SCRAM 消息格式不对',
  'a mandatory SCRAM extension is not known here': '不认识某个必需的 SCRAM 扩展',
  'the channel is bound by the -PLUS mechanism, and by no other': '只有 -PLUS 登录方式才绑定通道',
  'there is no message with that sequence number': '没有这个序号的邮件',
  'the mailbox name is not UTF-8': '邮箱文件夹名称不是 UTF-8',
  'the text is not valid UTF-8': '文字不是有效的 UTF-8',
  'the text is not US-ASCII': '文字不是 US-ASCII',
  'only UTF-8 after ENABLE UTF8=ACCEPT': 'ENABLE UTF8=ACCEPT 之后只能用 UTF-8',
  'no CHARSET after ENABLE UTF8=ACCEPT': 'ENABLE UTF8=ACCEPT 之后不能再指定 CHARSET',
  'QRESYNC must be enabled first': '须先启用 QRESYNC',
  'VANISHED needs ENABLE QRESYNC': 'VANISHED 须先启用 QRESYNC',
  'RELEVANCY without FUZZY': '没有 FUZZY 就不能用 RELEVANCY',
  'IMAP4rev2 has no STATUS item RECENT': 'IMAP4rev2 的 STATUS 没有 RECENT 项',
  'this tag is in use for results that are kept up to date': '这个标签已用于持续更新的结果',
  'no results are kept up to date under this tag': '这个标签下没有持续更新的结果',
  'too many or too long patterns': '匹配式太多或太长',
  'too many parts': '部分太多',
  'expected TEXT or URL': '此处应为 TEXT 或 URL',
  'the URL is too long': 'URL 太长',
  'a NUL cannot stand in this literal': '这段内容里不能有空字符（NUL）',
  'the disk of the gateway is full': '网关所在的磁盘已满',
  'the disk of the gateway is read-only': '网关所在的磁盘是只读的',
  'the disk of the gateway fails': '网关所在的磁盘出错',
  'the index of the gateway is damaged': '网关的索引已损坏',
  'unexpected text after the message': '邮件之后有多余的文字',
};

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^([A-Z][A-Z ]*) completed$/, '$1 已完成'],
  [/^messages may have at most (\d+) bytes here$/, '这里的邮件最大 $1 字节'],
  [/^(\S+) takes messages of at most (\d+) bytes$/, '$1 的邮件最大 $2 字节'],
  [/^at most (\d+) keywords of (\d+) characters$/, '最多 $1 个关键字，每个 $2 个字符'],
  [/^a mailbox has at most (\d+) annotations$/, '一个邮箱文件夹最多 $1 条注释'],
  [/^at most (\d+) messages at once$/, '一次最多 $1 封邮件'],
  [/^the header of a message may have at most (\d+) bytes$/, '邮件头最大 $1 字节'],
  [/^unknown command (.+)$/, '未知的命令 $1'],
  [/^([A-Z]+) is not allowed in this state$/, '当前状态下不能使用 $1'],
  [/^messages may have at most (\d+) bytes$/, '邮件最大 $1 字节'],
  [/^there is no search key (\S+) in IMAP4rev2$/, 'IMAP4rev2 没有搜索条件 $1'],
  [/^the flag (.+) cannot be set$/, '不能设置标志 $1'],
  [/^the special use (\S+) is taken, or cannot be given to a mailbox$/, '特殊用途 $1 已被占用，或不能指定给邮箱文件夹'],
  [/^this mailbox is there already, as (.+)$/, '这个邮箱文件夹已经在这里，名为 $1'],
  [/^there is no account (.+)$/, '没有账号 $1'],
  [/^account (.+?): (.+)$/, '账号 $1：$2'],
  [/^(.+) has no mailbox for this$/, '$1 没有可用于此的邮箱文件夹'],
  [/^this channel binding is not offered; use (\S+)$/, '不提供这种通道绑定，请用 $1'],
  [/^(.+) needs you to sign in again: see the message in INBOX$/, '$1 需要您重新登录：请看收件箱里的说明'],
  [/^(.+) needs you to sign in again: see (".+")$/, '$1 需要您重新登录：请运行 $2'],
  [/^(.+) cannot be reached: see (".+")$/, '$1 暂时无法连接：请运行 $2'],
  [/^(.+) cannot be reached: see the message in INBOX$/, '$1 暂时无法连接：请看收件箱里的说明'],
  [
    /^some messages of (.+) could not be searched: they are not here, and cannot be fetched now$/,
    '$1 的部分邮件未能搜索：本地没有，现在也取不到',
  ],
  [/^(.+) at position (\d+)$/, '命令的第 $2 个字符处有误：$1'],
  [/^this device may have at most (\d+) connections at a time$/, '这台设备最多同时有 $1 个连接'],
];

function chinese(text: string): string {
  if (Object.hasOwn(CHINESE, text)) return CHINESE[text] ?? text;
  const pattern = PATTERNS.find(([english]) => english.test(text));
  return pattern ? text.replace(pattern[0], pattern[1]) : text;
}

/**
 * The first range that names a language known here, by lookup (RFC 4647 §3.4: `zh-Hans-CN`, `zh-Hans`, `zh`); undefined
 * for none. `default` is the gateway's own choice.
 */
export function lookUpLanguage(ranges: readonly string[]): Language | undefined {
  for (const range of ranges) {
    const wanted = range.toLowerCase();
    if (wanted === 'default' || wanted === '*') return 'i-default';
    for (let subtags = wanted.split('-'); subtags.length > 0; subtags = subtags.slice(0, -1)) {
      const found = LANGUAGES.find((language) => language === subtags.join('-'));
      if (found) return found;
    }
  }
  return undefined;
}

/** An account's name in a text: ASCII, but for who has asked for a language that cannot be written in it. */
export const nameFor = (account: string, language: Language): string =>
  language === 'zh' ? safeText(account) : oneLine(account).trim() || 'an account';

/** A status or BYE (`OK [CODE] text`) in the language; WireText, UTF-8 only for who asked for such a language. */
export function inLanguage(status: string, language: Language): string {
  if (language !== 'zh') return status;
  const [, head = '', text = ''] = /^((?:OK|NO|BAD|BYE)(?: \[[^\]]*\])? )(.*)$/s.exec(status) ?? [];
  if (head === '') return status;
  return head + Buffer.from(chinese(text), 'utf8').toString('latin1');
}
