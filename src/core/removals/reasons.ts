// Why a removed message cannot be brought back, in both languages: the one place of these texts.
import { bothLanguages } from '../../lib/languages.js';

const reason = (en: string, zh: string): string => bothLanguages({ en, zh });

export const NOT_KEPT = reason(
  'it is in no Trash, and its text was not kept here',
  '已删除邮件中没有，本机也未留存其内容',
);
export const BEING_REMOVED = reason(
  'its removal is being carried out at this moment: try again',
  '正在执行删除：请再试一次',
);
export const CHANGING = reason('its account is changing at this moment: try again', '其账号此刻正在变化：请再试一次');
/** It is kept until then: the account may be back. */
export const notConfigured = (address: string): string =>
  reason(
    `its account is not configured: put ${address} back into the configuration, start the gateway, and undo again`,
    `其账号不在配置中：请将 ${address} 写回配置，启动网关后再次撤销`,
  );

/** It may be otherwise in a moment. */
export const isPassing = (text: string | undefined): boolean => text === BEING_REMOVED || text === CHANGING;
