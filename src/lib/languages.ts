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

/**
 * What is kept of a failure, as a person is told it: in Chinese, what has a line of that is the gateway's own; what has
 * none are a server's words, which stand in marks.
 */
export const keptIn = (text: string, language: Language): string =>
  language === 'zh' ? (chineseOf(text) ?? `“${text}”`) : inLanguage(text, 'en');
