import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { createSampleMail, encodedWords, internalDateOf, mailDate, sampleDates } from '../../bench/sample-mail.js';
import { RARE_EVERY, RARE_WORD } from '../../bench/sample-words.js';

const AT = Date.UTC(2024, 1, 29, 23, 30, 5) / 1000;

describe('dates', () => {
  it('writes Date fields in their zone', () => {
    expect(mailDate(AT, ['+0800', 480])).toBe('Fri, 1 Mar 2024 07:30:05 +0800');
    expect(mailDate(AT, ['-0500', -300])).toBe('Thu, 29 Feb 2024 18:30:05 -0500');
  });
  it('writes internal dates', () => expect(internalDateOf(AT)).toBe('29-Feb-2024 23:30:05 +0000'));
  it('spreads over three years, nearly in order, always the same', () => {
    const dates = sampleDates('a', 1_000);
    expect(dates).toEqual(sampleDates('a', 1_000));
    expect(dates).not.toEqual(sampleDates('b', 1_000));
    expect(Math.max(...dates) - Math.min(...dates)).toBeGreaterThan(2.9 * 365 * 86_400);
    expect(dates).not.toEqual(dates.toSorted((a, b) => a - b));
  });
});

describe('encodedWords', () => {
  it('leaves ASCII alone', () => expect(encodedWords('Weekly digest')).toBe('Weekly digest'));
  it('folds into words of at most 75 characters', () => {
    const lines = encodedWords('关于项目会议通知发票报销合同更新请查收'.repeat(3)).split('\r\n ');
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(75);
  });
});

describe('sample messages', () => {
  const mail = createSampleMail('someone@example.test');
  const dates = sampleDates('c', RARE_EVERY * 2);
  const messages = dates.map((at) => mail.next(at));

  it('are the same in every run', () => {
    const again = createSampleMail('someone@example.test');
    for (const [i, at] of dates.slice(0, 50).entries()) expect(again.next(at)).toEqual(messages[i]);
  });

  it('are mail that parses: subjects, senders, dates, Chinese text, attachments', async () => {
    const parsed = await Promise.all(messages.slice(0, 300).map(({ bytes }) => simpleParser(bytes)));
    for (const { subject, from, date, messageId } of parsed) {
      expect(subject).toBeTruthy();
      expect(from?.value[0]?.address).toContain('@');
      expect(date?.getTime()).toBeGreaterThan(Date.UTC(2023, 9, 1));
      expect(messageId).toContain('@example.test');
    }
    expect(parsed.filter(({ subject }) => /[\u4e00-\u9fff]/.test(subject ?? '')).length).toBeGreaterThan(80);
    expect(parsed.filter(({ text }) => /[\u4e00-\u9fff]/.test(text ?? '')).length).toBeGreaterThan(80);
    const names = parsed.flatMap(({ attachments }) => attachments.map(({ filename }) => filename));
    expect(names.length).toBeGreaterThan(2);
    for (const name of names) expect(name).toMatch(/^附件\d+\.pdf$/);
  });

  it('hold the rare word, and no bare line ends', () => {
    const texts = messages.map(({ bytes }) => bytes.toString('latin1'));
    expect(texts.filter((text) => text.includes(RARE_WORD)).length).toBeGreaterThan(0);
    for (const text of texts) expect(/\r(?!\n)|(?<!\r)\n/.test(text)).toBe(false);
  });
});
