// The letters of a conversation, each quoting the one before it.
import { type Attachment, pdf, png, textFile } from './attachments.js';
import type { Conversation } from './conversations.js';
import type { Letter, Person } from './letter.js';
import { COLLEAGUES } from './people.js';
import type { Random } from './random.js';

export interface ConversationContext {
  readonly random: Random;
  readonly owner: Person;
  readonly other: Person;
  readonly start: Date;
  readonly serial: string;
}

const HOUR = 3_600_000;

/** In order of time; those of the owner are at the odd places. */
export function conversationLetters(
  { subject, turns, language, theme, attachment }: Conversation,
  { random, owner, other, start, serial }: ConversationContext,
): Letter[] {
  const letters: Letter[] = [];
  let at = start.getTime();
  for (const [i, turn] of turns.entries()) {
    const isOwn = i % 2 === 1;
    const [from, to] = isOwn ? [owner, other] : [other, owner];
    const before = letters.at(-1);
    const domain = from.address.split('@')[1] ?? 'example';
    letters.push({
      from,
      to: [to],
      ...(theme === 'work' ? { cc: COLLEAGUES.filter(({ address }) => address !== other.address).slice(0, 1) } : {}),
      date: new Date(at),
      subject: i === 0 ? subject : `${language === 'zh' ? '回复：' : 'Re: '}${subject}`,
      text: `${turn}\n\n${from.name}\n${before ? `\n${quotation(before, language)}` : ''}`,
      messageId: `<${serial}.${i}@${domain}>`,
      references: letters.map(({ messageId }) => messageId),
      attachments: i === 0 && attachment ? attachmentsOf(attachment, random) : [],
      // An old program at the other end, now and then.
      ...(language === 'zh' && !isOwn && serial.endsWith('3') ? { charset: 'gbk' as const } : {}),
      encoding: language === 'zh' ? 'base64' : 'quoted-printable',
    });
    at += random.between(1, 20) * HOUR + random.below(HOUR);
  }
  return letters;
}

function quotation({ from, date, text }: Letter, language: 'zh' | 'en'): string {
  const day = date.toISOString().slice(0, 10);
  const head = language === 'zh' ? `${day}，${from.name} 写道：` : `On ${day}, ${from.name} wrote:`;
  const own = text.split('\n\n')[0] ?? '';
  return `${head}\n${own.replace(/^/gm, '> ')}\n`;
}

function attachmentsOf(kind: NonNullable<Conversation['attachment']>, random: Random): Attachment[] {
  const colour = [random.between(90, 250), random.between(90, 250), random.between(90, 250)] as const;
  switch (kind) {
    case 'photo':
      return [png('IMG_2041.png', 96, colour), png('桂花.png', 64, [colour[2], colour[0], colour[1]])];
    case 'report':
      return [pdf('report-q3-draft2.pdf', ['Quarterly report', 'Second draft', 'Section 4: what changed'])];
    case 'table':
      return [
        textFile(
          '预算-第三季度.csv',
          'text/csv; charset=utf-8',
          '项目,金额\n差旅费,12800\n市场活动,45000\n办公用品,3600\n',
        ),
      ];
    case 'notes':
      return [
        textFile(
          'notes.txt',
          'text/plain; charset=utf-8',
          '1. Form too long\n2. 手机验证应放在最后\n3. Colours are fine\n',
        ),
      ];
  }
}
