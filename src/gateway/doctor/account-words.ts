// What the doctor says of signing in to an account, and of what its server can do there.
import { whenText } from '../../lib/when.js';
import { said } from './finding.js';
import type { Step } from './network-words.js';

export const SIGN_IN: Step = {
  done: said('signing in', '登录成功'),
  failed: said('signing in fails', '登录失败'),
};
export const CAPABILITIES: Step = {
  done: said('what the server can do', '服务器功能'),
  failed: said('the server does not tell what it can do', '服务器未告知其功能'),
};
export const INBOX: Step = {
  done: said('opening INBOX', '已打开收件箱'),
  failed: said('INBOX cannot be opened', '无法打开收件箱'),
};
export const IDLE: Step = {
  done: said('being told of new mail at once (IDLE)', '新邮件即时通知（IDLE）正常'),
  failed: said('the server does not tell of new mail (IDLE)', '新邮件即时通知（IDLE）失败'),
};
export const SUBMISSION: Step = {
  done: said('signing in to send', '发信登录成功'),
  failed: said('signing in to send fails', '发信登录失败'),
};

export const ID_TOLD = said('ID told', '已发送 ID');
export const NOTHING_SENT = said('nothing was sent', '没有发送邮件');
export const messagesIn = (exists: number, hasCondstore: boolean) =>
  said(
    `${exists} ${exists === 1 ? 'message' : 'messages'}${hasCondstore ? ', CONDSTORE' : ''}`,
    `${exists} 封邮件${hasCondstore ? '，CONDSTORE' : ''}`,
  );

export const SIGN_IN_REFUSED = said('the sign-in was refused', '登录被拒绝');
export const refusedBefore = (until: number) =>
  said(
    `signing in was refused before: not tried again before ${whenText(until)}, lest the account be locked`,
    `此前登录被拒绝：为免账号被锁，${whenText(until)} 之前不再尝试`,
  );
export const pausedUntil = (until: number) =>
  said(`the provider wants a pause until ${whenText(until)}: not tried`, `服务商要求暂停至 ${whenText(until)}：未尝试`);
export const NOT_TRIED = said(
  'signing in was refused with the same login: not tried, lest the account be locked',
  '相同的登录信息已被拒绝：未尝试，以免账号被锁',
);
export const NO_PASSWORD = said(
  'not signed in: the password cannot be read (see Configuration)',
  '未登录：无法读取密码（见“配置”）',
);
export const NO_IDLE = said(
  'no IDLE: the gateway looks for new mail every few minutes',
  '不支持 IDLE：网关每隔几分钟检查一次新邮件',
);
export const NO_UIDPLUS = said(
  'no UIDPLUS: messages are deleted by moving them to Trash, never for good',
  '不支持 UIDPLUS：删除邮件时只移到已删除，不会彻底删除',
);

export const SETTINGS_REMEDY = said(
  'Check host, port, "tls" and "serverCertificate" of this account in the configuration.',
  '请检查该账号配置中的主机、端口、"tls" 和 "serverCertificate"。',
);
export const LATER_REMEDY = said('Try again later; the gateway does so by itself.', '请稍后再试；网关会自动重试。');
