// What a person can do about what a server said, in English and Chinese.
import type { Remedy } from '../../mail/errors.js';

/** What a refusal means, whatever the server calls it. */
export type Meaning = keyof typeof REMEDIES;

const remedy = (en: string, zh: string): Remedy => ({ en, zh });

/** Of a provider that takes only passwords it has made for mail programs. */
export const appPasswordOf = (provider: string): Remedy =>
  remedy(
    `Check the user name and the password: ${provider} wants an app password here, not that of the web page. Make one in the security settings of the ${provider} account, put it into the configuration and restart; if it is right, run "gateway sync --force".`,
    `请检查用户名和密码：${provider} 要求使用应用专用密码，而非网页密码。请在 ${provider} 账号的安全设置中生成，写入配置后重启网关；若无误，请运行 "gateway sync --force"。`,
  );

export const REMEDIES = {
  throttle: remedy(
    'The provider asks for a pause; the gateway comes back by itself when it is over. Cached mail stays readable.',
    '服务商要求暂停一段时间；到时网关会自动恢复，已缓存的邮件仍可阅读。',
  ),
  downloadLimit: remedy(
    "The provider's limit of downloads for the day is reached; the gateway comes back by itself. Other mail programs on this account count too.",
    '已达到服务商的每日下载流量上限；网关会自动恢复。同一账号的其他邮件程序也会占用流量。',
  ),
  tooManyConnections: remedy(
    'The account has too many connections: close other mail programs that use it directly. The gateway tries again by itself.',
    '该账号的连接数过多：请关闭其他直接连接该账号的邮件程序。网关会自动重试。',
  ),
  notConnected: remedy(
    'The provider knows the login but gives no mailbox: IMAP may be switched off on its web page, the login may belong to another user, or there are too many sessions. The gateway tries again by itself.',
    '登录成功但服务商未打开邮箱：可能网页设置中未开启 IMAP、登录凭据属于其他用户，或会话过多。网关会自动重试。',
  ),
  loginFrequency: remedy(
    'There were too many logins in a short time: wait, and do not restart the gateway over and over. It tries again by itself.',
    '短时间内登录次数过多：请等待，不要反复重启网关。网关会自动重试。',
  ),
  ambiguousLogin: remedy(
    'One text for several causes: use the authorization code (a new one if the web password was changed), see on the web page that IMAP is on, and wait: the gateway tries again by itself. A code corrected in its file is tried by "gateway sync", one in the configuration at the restart of the gateway; if it was right, run "gateway sync --force".',
    '同一提示有多种原因：请使用授权码（修改过网页密码后须重新生成），在网页设置中确认已开启 IMAP 服务，并等待：网关会自动重试。授权码在文件中的，改后运行 "gateway sync"；写在配置中的，改后重启网关；未修改则运行 "gateway sync --force"。',
  ),
  needsAppPassword: remedy(
    'The password of the web page does not work here: make an app password (some providers call it an authorization code) on the web page, put it into its file and run "gateway sync", or into the configuration and restart the gateway.',
    '此处不能使用网页登录密码：请在网页设置中生成应用专用密码（有的服务商称授权码），写入密码文件后运行 "gateway sync"，或写入配置后重启网关。',
  ),
  webLoginRequired: remedy(
    'Sign in once at the provider’s web page with a browser and confirm what it asks; then run "gateway sync --force".',
    '请用浏览器登录服务商网页并完成其要求的验证，然后运行 "gateway sync --force"。',
  ),
  unsafeLogin: remedy(
    'The provider does not trust this login: sign in once on its web page, see that IMAP is on and that the password is an authorization code; then run "gateway sync --force".',
    '服务商认为此登录不安全：请先在网页登录一次，确认已开启 IMAP 且使用授权码，然后运行 "gateway sync --force"。',
  ),
  passwordsRefused: remedy(
    'The provider takes no passwords from mail programs for this account, only sign-in by OAuth, or its administrator has switched them off.',
    '服务商不接受邮件程序使用密码登录该账号（只支持 OAuth 登录），或管理员已将其关闭。',
  ),
  wrongPassword: remedy(
    'Check the user name and the password (many providers want an app password, or authorization code, instead of the one of the web page). Corrected in its file: run "gateway sync"; in the configuration: restart. If they are right, run "gateway sync --force".',
    '请检查用户名和密码（许多服务商要求使用应用专用密码或授权码，而非网页密码）。密码在文件中的，改后运行 "gateway sync"；写在配置中的，改后重启网关。若无误，请运行 "gateway sync --force"。',
  ),
  noPassword: remedy(
    'The gateway cannot read the password of this account: see that its file is there and that the gateway may read it, then run "gateway sync".',
    '网关无法读取该账号的密码：请确认密码文件存在且网关可以读取，然后运行 "gateway sync"。',
  ),
  sendingLimit: remedy(
    'The provider’s sending limit for the day is reached; the message is kept and tried again by itself.',
    '已达到服务商的每日发信上限；邮件已保留，稍后会自动重发。',
  ),
  fromNotAllowed: remedy(
    'The provider sends only for the address of the login: choose it as the sender, or register the other address with the provider.',
    '服务商只允许以登录地址发信：请将发件人改为该地址，或在服务商处登记其他地址。',
  ),
  contentRefused: remedy(
    'The provider takes the message for spam: change its text or attachments.',
    '服务商将此邮件判为垃圾邮件：请修改正文或附件。',
  ),
  unavailable: remedy(
    'The provider is overloaded or the mailbox is full: see on the web page that there is room. The gateway tries again by itself.',
    '服务商繁忙或邮箱已满：请在网页上确认剩余空间。网关会自动重试。',
  ),
} as const satisfies Readonly<Record<string, Remedy>>;
