// Fills the bulk senders' sentences in and makes letters of them.
import { pdf } from './attachments.js';
import { type BulkSender, CITIES, ITEMS } from './bulk.js';
import type { Letter, Person } from './letter.js';
import type { Random } from './random.js';

export interface LetterContext {
  readonly random: Random;
  readonly owner: Person;
  readonly date: Date;
  /** Tells this letter's Message-ID from all others. */
  readonly serial: string;
}

export function bulkLetter(sender: BulkSender, { random, owner, date, serial }: LetterContext): Letter {
  const fill = createFiller(sender, random);
  const subject = fill(random.pick(sender.subjects));
  const lines = random.shuffled(sender.lines).slice(0, random.between(2, sender.lines.length)).map(fill);
  const domain = sender.address.split('@')[1] ?? 'example';
  const isList = sender.theme === 'newsletters';
  return {
    from: { name: sender.name, address: sender.address },
    to: [owner],
    date,
    subject,
    text: `${lines.join('\n\n')}\n\n-- \n${sender.name}\n`,
    ...(sender.html ? { html: htmlOf(sender, subject, lines) } : {}),
    messageId: `<${serial}@${domain}>`,
    headers: isList
      ? { 'List-Id': `${sender.name} <list.${domain}>`, 'List-Unsubscribe': `<https://${domain}/unsubscribe>` }
      : { 'X-Priority': '3' },
    attachments: sender.invoice
      ? [
          pdf(`invoice-${random.between(10_000, 99_999)}.pdf`, [
            'INVOICE',
            subject,
            `Date: ${date.toISOString().slice(0, 10)}`,
          ]),
        ]
      : [],
    ...(sender.charset ? { charset: sender.charset } : {}),
    encoding: sender.language === 'zh' ? 'base64' : 'quoted-printable',
  };
}

/** One value a placeholder, so that a subject and its text agree. */
function createFiller({ language }: BulkSender, random: Random): (text: string) => string {
  const values: Record<string, string> = {
    n: String(random.between(2, 98)),
    money: `${random.between(9, 999)}.${random.between(10, 99)}`,
    code: String(random.between(100_000, 999_999)),
    item: random.pick(ITEMS[language]),
    city: random.pick(CITIES[language]),
  };
  return (text) => text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function htmlOf({ name, language, charset }: BulkSender, title: string, lines: readonly string[]): string {
  const paragraphs = lines.map((line) => `    <p>${escaped(line)}</p>`).join('\n');
  return `<!DOCTYPE html>
<html lang="${language}">
  <head><meta http-equiv="Content-Type" content="text/html; charset=${charset ?? 'utf-8'}"><title>${escaped(title)}</title></head>
  <body style="font-family: sans-serif; max-width: 40em; margin: auto">
    <h1 style="color: #345">${escaped(title)}</h1>
${paragraphs}
    <hr><p style="color: #888; font-size: small">${escaped(name)}</p>
  </body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
