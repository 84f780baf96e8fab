// What is wrong with a configuration, in Chinese: each text of this room after the name of its field, as a pattern.

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // json.ts
  [/^there is more text after the end of the configuration$/, '配置结束之后还有多余的内容'],
  [/^JSON has no comments: take this one out$/, 'JSON 不支持注释：请删去'],
  [/^nested too deeply$/, '嵌套过深'],
  [/^a value should stand here, but (.+)$/, '此处应为一个值，但$1'],
  [/^a backslash in a text must be written twice \((.+)\)$/, '文字中的反斜杠须写两次（$1）'],
  [/^this text has no closing quotation mark on its line$/, '这段文字在本行没有结束引号'],
  [/^a comma stands before this closing (?:brace|bracket): take the comma out$/, '此右括号之前多了一个逗号：请删去'],
  [/^a key in quotation marks should stand here, but (.+)$/, '此处应为带引号的键，但$1'],
  [/^a colon should follow the key (".*"), but (.+)$/, '键 $1 之后应为冒号，但$2'],
  [/^a comma or (".") should stand here, but (.+)$/, '此处应为逗号或 $1，但$2'],
  [/^the text ends$/, '内容到此结束'],
  [/^found (.+)$/, '遇到了 $1'],
  // load.ts
  [/^there is no such file: give the right one with --config FILE$/, '没有此文件：请用 --config FILE 指定正确的文件'],
  [/^is a directory: give the file in it with --config FILE$/, '是一个目录：请用 --config FILE 指定其中的文件'],
  [/^cannot be read \((.+)\)$/, '无法读取（$1）'],
  [/^is not served by this version yet: no such mailbox will be shown$/, '本版本尚不支持：不会显示这样的邮箱'],
  [
    /^names (.+), which is a file, not a directory: move it away, or give another directory$/,
    '所指的 $1 是文件而非目录：请将其移开，或指定其他目录',
  ],
  [
    /^names (.+), but (.+) is a file, not a directory: move it away, or give another directory$/,
    '所指的 $1 无法使用：$2 是文件而非目录，请将其移开，或指定其他目录',
  ],
  [
    /^(".+"): Microsoft takes no passwords from mail programs any more, so this account will not be able to sign in$/,
    '$1：Microsoft 已不再接受邮件程序使用密码，因此该账号无法登录',
  ],
  [
    /^is "none": the password and the mail cross the network to (.+) in clear$/,
    '为 "none"：密码和邮件将以明文经网络传到 $1',
  ],
  [
    /^is false: whoever is between here and the server can read and change the mail$/,
    '为 false：本机与服务器之间的任何人都可以读取和篡改邮件',
  ],
  [/^names the file (.+), which holds no PEM certificate$/, '所指的文件 $1 中没有 PEM 证书'],
  [/^names the file (.+), which cannot be read \((.+)\)$/, '所指的文件 $1 无法读取（$2）'],
  // secrets.ts, devices.ts, login-password.ts
  [
    /^names the file (.+), which does not exist: write the password into it$/,
    '所指的文件 $1 不存在：请将密码写入该文件',
  ],
  [
    /^names the file (.+), whose first line is empty: write the password into it$/,
    '所指的文件 $1 第一行为空：请将密码写入该文件',
  ],
  [
    /^names the environment variable (.*), which is not set: set it where the gateway is started$/,
    '所指的环境变量 $1 未设置：请在启动网关之处设置',
  ],
  [
    /^stands in the configuration itself, readable to whoever gets the file: "env:NAME" or "file:PATH" is safer$/,
    '直接写在配置中，任何得到该文件的人都能读到："env:NAME" 或 "file:PATH" 更安全',
  ],
  [/^is in (.+), which other users of this machine can read: (chmod 600 .+)$/, '位于 $1，本机其他用户可以读取："$2"'],
  [/^must not contain control characters$/, '不得含有控制字符'],
  [/^(".+") is taken: (.+); give each device its own name$/, '$1 已被占用：请为每台设备取不同的名称'],
  [
    /^is the password of (".+") too: the password tells the devices apart, so give each its own$/,
    '与 $1 的密码相同：设备以密码区分，请为每台设备设置不同的密码',
  ],
  [/^(".+") stands here a second time$/, '$1 在此重复出现'],
  [/^(".+") cannot be left out: it .+$/, '$1 不能去掉：在识别出设备之前就须告知，或是其他功能的基础'],
  [
    /^(".+") is no capability this gateway knows; IMAP's CAPABILITY command lists them$/,
    '$1 不是网关支持的功能；可用 IMAP 的 CAPABILITY 命令列出',
  ],
  [/^(".+") is no capability this gateway knows: did you mean (".+")\?$/, '$1 不是网关支持的功能：是否想写 $2？'],
  [/^names the file (.+), which cannot be written \((.+)\)$/, '所指的文件 $1 无法写入（$2）'],
  [
    /^is the environment variable (.*): change it there, or use "file:PATH"$/,
    '是环境变量 $1：请在该处修改，或改用 "file:PATH"',
  ],
  [
    /^stands in the configuration itself: change it there, or use "file:PATH"$/,
    '直接写在配置中：请在该处修改，或改用 "file:PATH"',
  ],
  // schema.ts
  [/^is no mail address: (.+)$/, '不是邮件地址：$1'],
  [/^is no host name: (.+)$/, '不是主机名：$1'],
  // rules.ts
  [
    /^must be an IP address of this machine \((.+) for all\), not (.+)$/,
    '须为本机的 IP 地址（如 $1 表示全部），而非 $2',
  ],
  [
    /^(\S+) is a public address; the gateway serves this machine and the home network only: give a private address, or 0\.0\.0\.0$/,
    '$1 是公网地址；网关只服务于本机和家庭网络：请指定内网地址或 0.0.0.0',
  ],
  [
    /^cannot be true while listen\.host is (.+): passwords would cross the network in clear; set it to false, or listen on 127\.0\.0\.1$/,
    '在 listen.host 为 $1 时不能为 true：密码会以明文经过网络；请设为 false，或监听 127.0.0.1',
  ],
  [/^is the same port as (\S+) \((\d+)\): give each its own$/, '与 $1 的端口相同（$2）：请各用不同的端口'],
  [
    /^and all the other ports are 0, so no mail client could connect: give at least one$/,
    '和其他端口都为 0，邮件程序无法连接：请至少指定一个',
  ],
  [/^must not contain "\/", which separates levels of the mailbox list$/, '不得含有 "/"：它用于分隔邮箱列表的层级'],
  [/^must not contain control characters or any of (.+)$/, '不得含有控制字符或以下任何字符：$1'],
  [/^must not begin or end with a space$/, '首尾不得有空格'],
  [/^(".+") is a mailbox of the gateway's own: choose another name$/, '$1 是网关自己的邮箱名：请换一个名称'],
  [
    /^has no place in a demo account: take it out, or take "demo" out to make it a real account$/,
    '不能用于演示账号：请删去，或删去 "demo" 使其成为真实账号',
  ],
  [
    /^is missing: the mail address of the account \(or "demo" to make it a demo account\)$/,
    '缺少：请填写账号的邮件地址（或用 "demo" 使其成为演示账号）',
  ],
  [/^is missing: (\{"user": …, "password": ".+?") or (".+\})$/, '缺少：$1 或 $2'],
  [/^is missing for a "generic" account$/, '缺少："generic" 账号须填写'],
  [
    /^is missing: give it, or a known "provider" such as "qq" or "gmail"$/,
    '缺少：请填写，或指定已知的 "provider"，如 "qq" 或 "gmail"',
  ],
  [/^(".+") is already (?:the name|an address) of (\S+): each may occur once$/, '$1 已被 $2 使用：每个只能出现一次'],
  [/^is true, and so is that of (\S+): only one account can be the default$/, '与 $1 同为 true：只能有一个默认账号'],
  [/^has an empty level in its name$/, '名称中有空的层级'],
  [/^stands below (".+"), which is taken: choose a name of its own$/, '位于 $1 之下，而该名称已被占用：请换一个名称'],
  [/^(".*") must begin with the name of an account, as in (".+")$/, '$1 须以账号名称开头，如 $2'],
  [/^must be called (".+") and one name, as in (".+")$/, '名称须为 $1 加一个名称，如 $2'],
  [/^must be one line$/, '须为一行'],
  // problems.ts
  [/^is not a setting: did you mean (".+")\?$/, '不是有效的设置：是否想写 $1？'],
  [/^is not a setting: known here: (.*)$/, '不是有效的设置：此处可用的有 "$1"'],
  [/^must not be empty$/, '不得为空'],
  [/^must have at least (\d+) characters$/, '至少 $1 个字符'],
  [/^must have at most (\d+) characters$/, '最多 $1 个字符'],
  [/^needs at least (\d+) entr(?:y|ies)$/, '至少需要 $1 项'],
  [/^needs at most (\d+) entr(?:y|ies)$/, '最多 $1 项'],
  [/^must be (\S+) or more(?:, not .+)?$/, '不得小于 $1'],
  [/^must be (\S+) or less(?:, not .+)?$/, '不得大于 $1'],
  [/^is missing: it must be (.+)$/, '缺少：须为$1'],
  [/^must be one of (.+), not (.+): did you mean (".+")\?$/, '须为以下之一：$1，而非$2；是否想写 $3？'],
  [/^must be one of (.+), not (.+)$/, '须为以下之一：$1，而非$2'],
  [/^must be (.+), not (.+)$/, '须为$1，而非$2'],
  [/^a text in quotation marks$/, '带引号的文字'],
  [/^a number$/, '数字'],
  [/^a whole number$/, '整数'],
  [/^true or false$/, ' true 或 false'],
  [/^an object \{ … \}$/, '对象 { … }'],
  [/^a list \[ … \]$/, '列表 [ … ]'],
  [/^a list$/, '列表'],
  [/^an object$/, '对象'],
  [/^a (?:text|string)$/, '文字'],
];

/** The text of a problem, or a part of it; undefined where it is not known. */
function phrase(text: string): string | undefined {
  for (const [english, chinese] of PATTERNS) {
    const match = english.exec(text);
    if (!match) continue;
    return chinese.replace(/\$(\d)/g, (_, group: string) => {
      const part = match[Number(group)] ?? '';
      return phrase(part) ?? part;
    });
  }
  return undefined;
}

/** `FILE:LINE:COLUMN: FIELD TEXT` or `FIELD TEXT`, as ConfigError and the warnings have them; undefined where it is not known. */
export function configurationInChinese(line: string): string | undefined {
  // Where the text begins cannot be seen: a field or a path may have anything in it.
  for (let at = 0; at >= 0; at = nextWord(line, at)) {
    const chinese = phrase(line.slice(at));
    if (chinese !== undefined) return line.slice(0, at) + chinese;
  }
  return undefined;
}

function nextWord(line: string, at: number): number {
  const space = line.indexOf(' ', at);
  return space < 0 ? -1 : space + 1;
}
