// What the gateway tells its user, each in English and in Chinese: the one place of these texts. A problem is stored as both
// (lib/languages.ts), so that it can be read as it was when a later version words it otherwise.
import { bothLanguages, keptIn, type Language } from '../lib/languages.js';
import { DISK } from './disk-words.js';
import { type DiskTrouble, failureText, type UpstreamError } from './errors.js';
import { keptFailure, ownChinese } from './kept-failure.js';

/** What is wrong, and the facts its text needs. */
export type Trouble =
  /** An account cannot be synchronised. */
  | { readonly code: 'connection'; readonly error: UpstreamError }
  /** Its mail cannot be sent: somebody has to mend something, the sign-in is refused, a pause is asked for, a budget is used up. */
  | { readonly code: 'sending'; readonly how: 'broken' | 'refused' | 'spent'; readonly error: UpstreamError }
  | { readonly code: 'sending'; readonly how: 'paused'; readonly error: UpstreamError; readonly until: string }
  /** Most of a day's downloads are used. */
  | { readonly code: 'saving'; readonly used: string; readonly limit: string }
  | { readonly code: 'disk'; readonly trouble: DiskTrouble }
  | {
      readonly code: 'salvaged';
      readonly fault: string;
      readonly damagedFile: string;
      readonly messages: number;
      readonly owed: number;
      /** What else may be gone, in words. */
      readonly lost: Both | undefined;
      /** Texts of messages that nothing names any more. */
      readonly unnamed: { readonly count: number; readonly directory: string };
    }
  /** The account is not configured any more; `messages`: to be sent. */
  | {
      readonly code: 'stillOwed';
      readonly account: string;
      readonly address: string;
      readonly changes: number;
      readonly messages: number;
    }
  /** Messages whose deletion a restored backup had not carried out, and the first of them. */
  | {
      readonly code: 'shownAgain';
      readonly count: number;
      readonly first: readonly { readonly mailbox: string; readonly subject: string }[];
    }
  /** A change that the provider refuses for good; `kind`: of the journal's row. */
  | { readonly code: 'refused'; readonly kind: string; readonly error: UpstreamError }
  | { readonly code: 'waiting'; readonly error: UpstreamError }
  /** One mailbox cannot be read; the others can. */
  | { readonly code: 'mailbox'; readonly path: string; readonly error: unknown };

type Both = Readonly<Record<Language, string>>;

/** A problem in both languages, each as one string (lib/languages.ts). */
export interface ProblemTexts {
  readonly text: string;
  readonly remedy: string;
}

export function problemTexts(trouble: Trouble): ProblemTexts {
  const [text, remedy] = wordingOf(trouble);
  return { text: bothLanguages(oneLineEach(text)), remedy: bothLanguages(oneLineEach(remedy)) };
}

/** A message of a library may have several lines. */
const oneLineEach = ({ en, zh }: Both): Both => ({
  en: en.replace(/\s*\n\s*/g, ' '),
  zh: zh.replace(/\s*\n\s*/g, ' '),
});

const both = (en: string, zh: string): Both => ({ en, zh });

function wordingOf(trouble: Trouble): readonly [text: Both, remedy: Both] {
  switch (trouble.code) {
    case 'connection':
      return [ofConnection(trouble.error), remedyFor(trouble.error)];
    case 'sending':
      return [ofSending(trouble), remedyFor(trouble.error)];
    case 'saving':
      return [
        both(
          `most of the day's downloads are used (${trouble.used} of ${trouble.limit}): older mail is not fetched ahead now`,
          `每日下载流量已大部分用完（${trouble.used}，共 ${trouble.limit}）：暂不预先下载较早的邮件`,
        ),
        both(
          'New mail, reading and changes go on. Other mail programs on this account count too.',
          '新邮件、阅读和更改不受影响；同一账号的其他邮件程序也会占用流量。',
        ),
      ];
    case 'disk':
      return DISK[trouble.trouble];
    case 'salvaged':
      return ofSalvage(trouble);
    case 'stillOwed':
      return [
        keptFor(trouble),
        both(
          `Put ${trouble.address} back into the configuration, under any name that is free, to have them carried out.`,
          `请将 ${trouble.address} 写回配置（名称可另取）以便执行。`,
        ),
      ];
    case 'shownAgain':
      return ofShownAgain(trouble);
    case 'refused':
      return ofRefusal(trouble.kind, trouble.error);
    case 'waiting':
      return ofWaiting(trouble.error);
    case 'mailbox':
      return [
        said(trouble.error, `the mailbox ${trouble.path} cannot be read: `, `无法读取邮箱“${trouble.path}”：`),
        both('The others are served; the gateway keeps trying this one.', '其他邮箱照常；网关会不断重试。'),
      ];
  }
}

function keptFor({ account, changes, messages }: Trouble & { readonly code: 'stillOwed' }): Both {
  const parts = [
    ...(changes > 0 ? [both(changes === 1 ? '1 change' : `${changes} changes`, `${changes} 项更改`)] : []),
    ...(messages > 0
      ? [both(messages === 1 ? '1 message to be sent' : `${messages} messages to be sent`, `${messages} 封待发邮件`)]
      : []),
  ];
  return both(
    `the account "${account}" is not in the configuration any more: ${parts.map(({ en }) => en).join(' and ')} ${changes + messages === 1 ? 'is' : 'are'} kept for it`,
    `账号 "${account}" 已不在配置中：为其保留了${parts.map(({ zh }) => ` ${zh}`).join('和')}`,
  );
}

/** The server's own words stay as they are, in Chinese in marks; the gateway's own have a Chinese form where it is known. */
export function said(error: unknown, en = '', zh = ''): Both {
  const words = failureText(error);
  return both(en + words, zh + (ownChinese(error) ?? `“${words}”`));
}

/** Why an account is as it is, in both languages as one string (lib/languages.ts). */
export const reasonText = (error: unknown): string => bothLanguages(oneLineEach(said(error)));

function ofConnection(error: UpstreamError): Both {
  // The gateway's own words say it already.
  if (ownChinese(error) !== undefined) return said(error);
  if (error.kind === 'auth') return said(error, 'the sign-in is refused: ', '登录被拒绝：');
  return said(error, '', error.details.retryAfterMs ? '服务商要求暂停：' : '无法同步：');
}

function ofSending(trouble: Trouble & { readonly code: 'sending' }): Both {
  switch (trouble.how) {
    case 'broken':
      return said(trouble.error, 'nothing can be sent: ', '无法发信：');
    case 'refused':
      // Where nobody has been asked, the gateway's own words say what is wrong.
      if (ownChinese(trouble.error) !== undefined) return said(trouble.error, 'nothing can be sent: ', '无法发信：');
      return said(trouble.error, 'the sign-in for sending is refused: ', '发信登录被拒绝：');
    case 'spent':
      return said(trouble.error, 'nothing is sent now: ', '暂不发信：');
    case 'paused': {
      const { en, zh } = said(trouble.error, 'sending is paused: ', '发信已暂停：');
      return both(`${en} (until ${trouble.until})`, `${zh}（至 ${trouble.until}）`);
    }
  }
}

function ofSalvage({ fault, damagedFile, messages, owed, lost, unnamed }: Trouble & { readonly code: 'salvaged' }) {
  const texts = both(
    `The texts of ${unnamed.count} messages that may exist only here (drafts, mail to be sent) are in ${unnamed.directory}: look through them. `,
    `可能仅存于本机的 ${unnamed.count} 封邮件（草稿、待发邮件）保存在 ${unnamed.directory}，请查看。`,
  );
  const { en, zh } = unnamed.count > 0 ? texts : both('', '');
  return [
    both(
      `the index was damaged (${fault}) and has been made anew: ${messages} messages and ${owed} changes not yet carried out could be saved, what providers have is fetched anew${lost ? `; some of this may be lost: ${lost.en}` : ''}`,
      `索引曾损坏（“${fault}”），已重建：保住了 ${messages} 封邮件和 ${owed} 项尚未执行的更改，服务商那里有的会重新获取${lost ? `；以下内容可能有丢失：${lost.zh}` : ''}`,
    ),
    both(
      `${en}Mail programs fetch their lists anew. The disk may be failing: look into the system log. The damaged file is ${damagedFile}; delete it when all is well.`,
      `${zh}邮件程序会重新获取邮件列表。磁盘可能有故障：请查看系统日志。损坏的文件是 ${damagedFile}，一切正常后可删除。`,
    ),
  ] as const;
}

function ofShownAgain({ count, first }: Trouble & { readonly code: 'shownAgain' }) {
  const [what, whose, zhWhose, advice] =
    count === 1
      ? [
          '1 message is',
          'deletion',
          '对它的',
          'It may have been brought back since: delete it once more if you do not want it.',
        ]
      : [
          `${count} messages are`,
          'deletions',
          '对它们的',
          'They may have been brought back since: delete what you do not want once more.',
        ];
  const en = first.map(
    ({ mailbox, subject }) => `${subject === '' ? 'one without a subject' : `"${subject}"`} in ${mailbox}`,
  );
  const zh = first.map(
    ({ mailbox, subject }) => `“${mailbox}”中${subject === '' ? '一封无主题的邮件' : `的“${subject}”`}`,
  );
  const more = count - first.length;
  return [
    both(
      `${what} shown again whose ${whose} had not been carried out when the backup was made: ${en.join(', ')}${more > 0 ? `, and ${more} more` : ''}`,
      `${count} 封邮件重新显示：备份时尚未执行${zhWhose}删除：${zh.join('、')}${more > 0 ? `，另有 ${more} 封` : ''}`,
    ),
    both(
      `${advice} This line goes with the next start of the gateway.`,
      '之后可能已被恢复：不需要的请再删除一次。网关下次启动后，此行不再显示。',
    ),
  ] as const;
}

const VERBS: Readonly<Record<string, Both>> = {
  flags: both('change flags', '更改标记'),
  move: both('move messages', '移动邮件'),
  copy: both('copy messages', '复制邮件'),
  expunge: both('delete messages', '删除邮件'),
  append: both('store a message', '保存邮件'),
  create: both('make a mailbox', '新建邮箱'),
  rename: both('rename a mailbox', '重命名邮箱'),
  delete: both('delete a mailbox', '删除邮箱'),
  spool: both('give a message that is to be moved', '提供要移动的邮件'),
};

function ofRefusal(kind: string, error: UpstreamError) {
  const verb = VERBS[kind] ?? both(kind, kind);
  return [
    said(error, `the provider refused to ${verb.en}: `, `服务商拒绝${verb.zh}：`),
    kind === 'append'
      ? both(
          'Nothing is lost: the message is in "Recovered", or where it was moved from.',
          '邮件没有丢失：保留在“Recovered”中，或仍在移动前的邮箱。',
        )
      : both(
          'The change has been put back; try it again, or do it at the provider.',
          '更改已撤回：请重试，或在服务商处操作。',
        ),
  ] as const;
}

function ofWaiting(error: UpstreamError) {
  const zh = keptIn(keptFailure(error), 'zh');
  return [
    both(`changes are waiting to be carried out: ${error.message}`, `有更改等待执行：${zh}`),
    error.details.meaning === 'budget'
      ? remedyFor(error)
      : both('They will be carried out when the provider answers again.', '服务商恢复应答后会自动执行。'),
  ] as const;
}

const BROKEN = both(
  'Check host, port and TLS of this account in the configuration.',
  '请检查该账号配置中的主机、端口和 "tls"。',
);
const UNTRUSTED = both(
  'Check the host name; the certificate of a private server goes into "serverCertificate" of this account: { "ca": "FILE.pem" }.',
  '请检查主机名；自建服务器的证书请写入该账号的 "serverCertificate"：{ "ca": "文件.pem" }。',
);

/** What a person can do about an account that cannot be synchronised: what the connector says of it, else by its kind. */
export function remedyFor({ kind, details }: UpstreamError): Both {
  if (details.remedy) return details.remedy;
  if (details.code === 'CERTIFICATE') return UNTRUSTED;
  if (details.code === 'TLS') return BROKEN;
  switch (kind) {
    case 'transient':
      return both('The gateway keeps trying; cached mail stays readable.', '网关会不断重试；已缓存的邮件仍可阅读。');
    // The connector says what to do about a sign-in, but what an older version wrote down has nothing of it.
    case 'auth':
      return both(
        'See "gateway doctor": it says what to do about the sign-in.',
        '请运行 "gateway doctor" 查看登录问题的解决办法。',
      );
    case 'permanent':
      return BROKEN;
  }
}
