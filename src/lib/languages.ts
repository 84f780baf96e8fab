// Texts in English and in Chinese, kept as one string where they are stored or sent: a line each.

export type Language = 'en' | 'zh';

/** POSIX: the first that is set decides. */
export const languageOf = (env: Readonly<Record<string, string | undefined>>): Language =>
  (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').toLowerCase().startsWith('zh') ? 'zh' : 'en';

export const bothLanguages = ({ en, zh }: Readonly<Record<Language, string>>): string => `${en}\n${zh}`;

/** One language of what bothLanguages() made; a text of one line is the same in both. */
export function inLanguage(text: string, language: Language): string {
  const [en = '', zh = en] = text.split('\n');
  return language === 'zh' ? zh : en;
}

/** The Chinese line, where there is one. */
export const chineseOf = (text: string): string | undefined => text.split('\n')[1];
