// What to do about a server that cannot be reached, or is not the one it should be.
import { type Said, said } from './finding.js';

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

/** The error's text; of one of OpenSSL's only the reason, without where in its source it arose. */
export function withoutInternals(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const reason = /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/i.exec(text)?.[1];
  if (reason === undefined) return text;
  return /wrong version|packet length|unknown protocol/.test(reason)
    ? 'it answers, but not in TLS'
    : `no TLS: ${reason}`;
}

export const UNTRUSTED_REMEDY = said(
  'Nobody this machine trusts has signed it: check the host name; the certificate of a private server goes into "serverCertificate" of this account: { "ca": "FILE.pem" }.',
  '证书不受信任：请检查主机名；自建服务器的证书请写入该账号的 "serverCertificate"：{ "ca": "文件.pem" }。',
);
