// What keeps an account's traffic within what its provider grants, and away from it when it wants to be left alone.
import type { Logger } from '../../lib/logger.js';
import { whenText } from '../../lib/when.js';
import { type Remedy, UpstreamError } from '../../mail/errors.js';
import type { Store } from '../../store/store.js';
import type { Budgets } from '../../upstream/connector.js';
import { createHold, type Hold } from './hold.js';
import { createLoginKey } from './login-key.js';
import { createMeter, type Exhausted, type Meter } from './meter.js';

export interface Limits {
  readonly meter: Meter;
  readonly imap: Hold;
  readonly smtp: Hold;
}

export interface LimitsOptions {
  readonly store: Pick<Store, 'usage' | 'pauses'>;
  readonly accountId: number;
  budgets(): Budgets;
  /** What signs in, to tell whether it has changed since it was refused. */
  readonly login: (() => readonly string[]) | undefined;
  readonly logger: Logger;
}

export function createLimits({ store, accountId, budgets, login, logger }: LimitsOptions): Limits {
  const loginKey = createLoginKey(login);
  const onError = (err: unknown) => logger.warn({ err }, 'a pause could not be written down');
  const hold = (side: 'imap' | 'smtp') => createHold({ pauses: store.pauses, accountId, side, loginKey, onError });
  return { meter: createMeter(store.usage, accountId, budgets), imap: hold('imap'), smtp: hold('smtp') };
}

const WHAT: Readonly<Record<keyof Budgets, readonly [en: string, zh: string]>> = {
  downloadBytesPerDay: ['downloads of a day', '每日下载流量'],
  uploadBytesPerDay: ['uploads of a day', '每日上传流量'],
  loginsPer15Minutes: ['sign-ins of a quarter of an hour', '15 分钟内的登录次数'],
  messagesPerMinute: ['messages sent in a minute', '每分钟发信数'],
  messagesPerDay: ['messages sent in a day', '每日发信数'],
  recipientsPerDay: ['recipients of a day', '每日收件人数'],
};

/** `2,500 MB`, `16` */
export const amountText = (name: keyof Budgets, amount: number): string =>
  name.includes('Bytes') ? `${Math.floor(amount / 1e6).toLocaleString('en')} MB` : amount.toLocaleString('en');

/** What an account that has used a budget up answers, until there is room again. */
export function budgetError({ name, used, limit, until }: Exhausted): UpstreamError {
  const [en, zh] = WHAT[name];
  const amounts = `${amountText(name, used)} of ${amountText(name, limit)}`;
  const at = whenText(until);
  const remedy: Remedy = {
    en: `The gateway goes on by itself at ${at}; until then cached mail stays readable and changes are kept. If the provider grants more: "quirks": { "budgets": { "${name}": … } } of this account.`,
    zh: `网关将在 ${at} 自动恢复；在此之前已缓存的邮件仍可阅读，所做的更改会保留。若服务商实际允许更多（${zh}），请在该账号的 "quirks" 的 "budgets" 中修改 "${name}"。`,
  };
  const retryAfterMs = Math.max(1, until - Date.now());
  return new UpstreamError('transient', `the ${en} are used up (${amounts}), until ${at}`, {
    meaning: 'budget',
    chinese: `${zh}已用完（${amountText(name, used)}，共 ${amountText(name, limit)}），至 ${at}`,
    remedy,
    retryAfterMs,
  });
}
