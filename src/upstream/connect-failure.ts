// No connection comes about, by Node's and the resolver's names for the reason: what a person may make of it.
import type { Language } from '../lib/languages.js';
import type { Remedy } from '../mail/errors.js';

const TEXTS: ReadonlyMap<string, Readonly<Record<Language, string>>> = new Map([
  ['ENOTFOUND', { en: 'there is no such host, or no network', zh: '没有此主机，或没有网络' }],
  ['EAI_AGAIN', { en: 'the name cannot be looked up now: no network?', zh: '暂时无法查询该主机名：没有网络？' }],
  ['ECONNREFUSED', { en: 'nobody listens there: ECONNREFUSED', zh: '该端口无人监听：ECONNREFUSED' }],
  ['ETIMEDOUT', { en: 'no answer: ETIMEDOUT', zh: '没有应答：ETIMEDOUT' }],
  ['EHOSTUNREACH', { en: 'no way there: EHOSTUNREACH', zh: '无法到达：EHOSTUNREACH' }],
  ['ENETUNREACH', { en: 'no network: ENETUNREACH', zh: '没有网络：ENETUNREACH' }],
]);

const NO_SUCH_HOST: Remedy = {
  en: 'Check the host name in the configuration, and that this machine has a network and a name server. The gateway keeps trying; cached mail stays readable.',
  zh: '请检查配置中的主机名，以及本机的网络和 DNS。网关会不断重试；已缓存的邮件仍可阅读。',
};

export interface ConnectFailure {
  readonly message: string;
  readonly chinese: string;
  /** Where it may be more than a network that is away. */
  readonly remedy: Remedy | undefined;
}

/** Whether the code says that nothing has been reached. */
export const isUnreached = (code: string): boolean => TEXTS.has(code);

/** `where`: host:port; `reason`: in the words of whoever failed, where the code is not a known one. */
export function connectFailure(where: string, code: string | undefined, reason: string): ConnectFailure {
  const { en = code ?? reason, zh = en } = TEXTS.get(code ?? '') ?? {};
  return {
    message: `cannot reach ${where} (${en})`,
    chinese: `无法连接 ${where}（${zh}）`,
    remedy: code === 'ENOTFOUND' ? NO_SUCH_HOST : undefined,
  };
}
