// What the doctor says of the way to a server, and what to do where it cannot be reached or is not the one it should be.
import { errorCode } from '../../lib/files.js';
import { safeText } from '../../mail/errors.js';
import { quoted, type Said, said } from './finding.js';

/** A step of the way: what is said of it when it is done, and when it fails. */
export interface Step {
  readonly done: Said;
  readonly failed: Said;
}

export const NAME_STEP: Step = {
  done: said('the name is found', '域名解析正常'),
  failed: said('the name is not found', '无法解析域名'),
};
export const CONNECT_STEP: Step = {
  done: said('a connection is made', '已建立连接'),
  failed: said('no connection comes about', '无法建立连接'),
};
export const CERTIFICATE_STEP: Step = {
  done: said('the server proves who it is', '服务器证书有效'),
  failed: said('the server does not prove who it is', '服务器未能证明身份'),
};
export const GREETING_STEP: Step = {
  done: said('the server speaks first', '服务器已问候'),
  failed: said('the server does not greet as it should', '服务器问候不正常'),
};
export const STARTTLS_STEP: Step = {
  done: said('the server offers encryption (STARTTLS)', '服务器支持加密（STARTTLS）'),
  failed: said('the server offers no encryption (STARTTLS)', '服务器不支持加密（STARTTLS）'),
};
/** Of sending, where it fails as reading does: what to do stands there. */
export const SAME_AS_READING = said(
  'not tested: the same fault as in reading mail above',
  '未检查：与上面收信的问题相同',
);

export const NAME_REMEDY = said(
  'Check the host name in the configuration, and that this machine has a network and a name server.',
  '请检查配置中的主机名，以及本机的网络和 DNS。',
);
export const connectRemedy = (code: string): Said =>
  code === 'ECONNREFUSED'
    ? said(
        'Nobody listens there: check host and port in the configuration.',
        '该端口无人监听：请检查配置中的主机和端口。',
      )
    : said(
        'Check host and port in the configuration; a firewall or the network may let nothing through.',
        '请检查配置中的主机和端口；也可能被防火墙或网络拦截。',
      );
export function certificateRemedy(code: string): Said {
  if (/EXPIRED|NOT_YET_VALID/.test(code))
    return said(
      'See that the clock of this machine is right; if it is, the server has to be given a new certificate.',
      '请检查本机时钟；若时钟正确，则须更换服务器证书。',
    );
  if (/ALTNAME|HOSTNAME/.test(code))
    return said(
      'The certificate is of another name: write the host into the configuration as the certificate has it.',
      '证书上的名称不符：请在配置中写证书上的主机名。',
    );
  if (/^(?:ERR_SSL|EPROTO|ECONNRESET|EPIPE|ENOTCONN|$)/.test(code))
    return said(
      'No TLS comes about here (1.2 or newer is needed): check host, port and "tls" in the configuration.',
      '无法建立 TLS 连接（需 1.2 或更新版本）：请检查配置中的主机、端口和 "tls"。',
    );
  return UNTRUSTED_REMEDY;
}
export const GREETING_REMEDY = said(
  'Check port and "tls" in the configuration: "implicit" for 993 and 465, "starttls" for 143 and 587.',
  '请检查配置中的端口和 "tls"：993 和 465 用 "implicit"，143 和 587 用 "starttls"。',
);
export const NO_TLS_REMEDY = said(
  'This port does not speak TLS: check port and "tls" in the configuration ("implicit" for 993 and 465, "starttls" for 143 and 587).',
  '该端口不使用 TLS：请检查配置中的端口和 "tls"（993 和 465 用 "implicit"，143 和 587 用 "starttls"）。',
);
export const NO_STARTTLS_REMEDY = said(
  'The server offers no encryption (STARTTLS) at this port: check port and "tls" in the configuration ("implicit" for 993 and 465).',
  '服务器在该端口不支持加密（STARTTLS）：请检查配置中的端口和 "tls"（993 和 465 用 "implicit"）。',
);
/** It takes the connection, and then there is silence. */
export const silentRemedy = (hasWorked: boolean): Said =>
  hasWorked
    ? said(
        'It does not answer now; the gateway tries again by itself. If you have changed host, port or "tls" since it last worked, check them.',
        '服务器现在没有应答；网关会自动重试。若此后修改过主机、端口或 "tls"，请检查。',
      )
    : said(
        'It does not answer: check port and "tls" in the configuration ("implicit" for 993 and 465, "starttls" for 143 and 587); if they are right, try again later.',
        '服务器没有应答：请检查配置中的端口和 "tls"（993 和 465 用 "implicit"，143 和 587 用 "starttls"）；若无误，请稍后再试。',
      );

/** OpenSSL's names for an answer that is no TLS at all. */
export const isNoTls = (code: string): boolean =>
  /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE)$/.test(
    code,
  );

/** What the doctor itself sees to be wrong, in both languages. */
export class SeenError extends Error {
  readonly seen: Said;
  constructor(seen: Said, code?: string) {
    super(seen.en);
    this.name = 'SeenError';
    this.seen = seen;
    if (code !== undefined) Object.assign(this, { code });
  }
}
export const SAYS_NOTHING = said('it closes the connection without a word', '服务器未作任何应答就断开了连接');
export const OFFERS_NO_STARTTLS = said('it offers no STARTTLS', '未提供 STARTTLS');
export const saysOtherwise = (line: string): Said => said(`it says "${line}"`, `它说：“${line}”`);
export const noAnswerWithin = (ms: number): Said =>
  said(`no answer within ${ms / 1_000} s`, `${ms / 1_000} 秒内没有应答`);
export const certificateSeen = (protocol: string, { name, issuer, until }: Readonly<Record<string, string>>): Said =>
  said(
    `${protocol}, ${name}, by ${issuer}, until ${until}`,
    `${protocol}，${name}，由 ${issuer} 签发，有效期至 ${until}`,
  );

/** Node's and the resolver's names for what keeps a connection from coming about. */
const SYSTEM: Readonly<Record<string, Said>> = {
  ENOTFOUND: said('there is no such host, or no network', '没有此主机，或没有网络'),
  EAI_AGAIN: said('the name cannot be looked up now', '暂时无法查询该主机名'),
  ECONNREFUSED: said('nobody listens there', '该端口无人监听'),
  ECONNRESET: said('the connection was cut', '连接被切断'),
  ETIMEDOUT: said('no answer', '没有应答'),
  EHOSTUNREACH: said('no way there', '无法到达'),
  ENETUNREACH: said('no network', '没有网络'),
};

/** The words of an error; of one of OpenSSL's only the reason, without where in its source it arose. */
export function failureSaid(error: unknown): Said {
  if (error instanceof SeenError) return error.seen;
  const text = error instanceof Error ? error.message : String(error);
  const code = errorCode(error) ?? '';
  const known = SYSTEM[code];
  if (known) return said(`${known.en} (${code})`, `${known.zh}（${code}）`);
  const reason = /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/i.exec(text)?.[1];
  if (reason === undefined) return quoted(safeText(text));
  return /wrong version|packet length|unknown protocol/.test(reason)
    ? said('it answers, but not in TLS', '有应答，但不是 TLS')
    : said(`no TLS: ${reason}`, `无法建立 TLS：${quoted(reason).zh}`);
}

export const UNTRUSTED_REMEDY = said(
  'Nobody this machine trusts has signed it: check the host name; the certificate of a private server goes into "serverCertificate" of this account: { "ca": "FILE.pem" }.',
  '证书不受信任：请检查主机名；自建服务器的证书请写入该账号的 "serverCertificate"：{ "ca": "文件.pem" }。',
);
