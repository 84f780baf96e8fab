// Realistic messages, the same in every run: Chinese and English, threads, newsletters, attachments, over three years.
import { createRandom, type Random } from './random.js';
import { CHINESE_SUBJECTS, ENGLISH_SUBJECTS, ENGLISH_WORDS, PEOPLE, RARE_EVERY, RARE_WORD } from './sample-words.js';

export interface SampleMessage {
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  /** As APPEND takes it, without the quotes. */
  readonly internalDate: string;
}

export interface SampleMail {
  /** @param at Unix time, seconds */
  next(at: number): SampleMessage;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const ZONES: readonly (readonly [text: string, minutes: number])[] = [
  ['+0800', 480],
  ['+0000', 0],
  ['-0500', -300],
  ['+0100', 60],
];
const START = Date.UTC(2023, 10, 1) / 1000;
const SPAN = 3 * 365 * 86_400;
const BLOB_BYTES = 192 * 1024;

const two = (value: number): string => String(value).padStart(2, '0');

/** RFC 5322 §3.3 */
export function mailDate(at: number, [zone, minutes]: readonly [string, number]): string {
  const day = new Date((at + minutes * 60) * 1000);
  const time = [day.getUTCHours(), day.getUTCMinutes(), day.getUTCSeconds()].map(two).join(':');
  return `${DAYS[day.getUTCDay()]}, ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${day.getUTCFullYear()} ${time} ${zone}`;
}

/** RFC 9051 §9, date-time */
export function internalDateOf(at: number): string {
  const day = new Date(at * 1000);
  const time = [day.getUTCHours(), day.getUTCMinutes(), day.getUTCSeconds()].map(two).join(':');
  return `${two(day.getUTCDate())}-${MONTHS[day.getUTCMonth()]}-${day.getUTCFullYear()} ${time} +0000`;
}

/** RFC 2047 §2: words of at most 75 characters, folded. Plain ASCII stays as it is. */
export function encodedWords(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const char of text) {
    if (Buffer.byteLength(word + char) > 42) {
      words.push(word);
      word = '';
    }
    word += char;
  }
  words.push(word);
  return words.map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}

/** Dates from old to new, with a little disorder, as in mailboxes that have been imported into. */
export function sampleDates(seed: string, count: number): number[] {
  const random = createRandom(`dates ${seed}`);
  const dates = Array.from({ length: count }, () => START + random.int(0, SPAN - 1)).sort((a, b) => a - b);
  for (let i = 0; i + 1 < dates.length; i += 37) [dates[i], dates[i + 1]] = [dates[i + 1] ?? 0, dates[i] ?? 0];
  return dates;
}

const wrapped = (text: string): string => text.replace(/.{1,76}/g, '$&\r\n').trimEnd();

interface Thread {
  readonly subject: string;
  readonly ids: string[];
}

export function createSampleMail(address: string): SampleMail {
  const random = createRandom(`mail ${address}`);
  const material = createMaterial(random);
  const domain = address.slice(address.indexOf('@') + 1);
  const threads: Thread[] = [];
  let number = 0;
  return {
    next(at) {
      number += 1;
      const isChinese = random.next() < 0.45;
      const id = `<${number}.${random.hex(10)}@${domain}>`;
      const { subject, references } = nextSubject(random, threads, { number, isChinese, id });
      const headers = headersOf(random, { number, at, id, address, domain, subject, references });
      const content = contentOf(random, material, number, isChinese);
      return {
        bytes: Buffer.from([...headers, ...content].join('\r\n')),
        flags: flagsOf(random),
        internalDate: internalDateOf(at),
      };
    },
  };
}

function flagsOf(random: Random): string[] {
  const flags: string[] = [];
  if (random.next() < 0.7) flags.push('\\Seen');
  if (random.next() < 0.04) flags.push('\\Flagged');
  if (random.next() < 0.08) flags.push('\\Answered');
  return flags;
}

function nextSubject(
  random: Random,
  threads: Thread[],
  { number, isChinese, id }: { number: number; isChinese: boolean; id: string },
): { subject: string; references: readonly string[] } {
  if (threads.length > 0 && random.next() < 0.4) {
    const thread = random.pick(threads);
    const references = thread.ids.slice(-8);
    thread.ids.push(id);
    return { subject: `Re: ${thread.subject}`, references };
  }
  const words = Array.from({ length: random.int(3, 8) }, () =>
    random.pick(isChinese ? CHINESE_SUBJECTS : ENGLISH_SUBJECTS),
  );
  if (number % RARE_EVERY === 0) words.push(` ${RARE_WORD}`);
  const subject = words.join(isChinese ? '' : ' ');
  threads.push({ subject, ids: [id] });
  // Replies go to what is recent.
  if (threads.length > 200) threads.shift();
  return { subject, references: [] };
}

interface HeaderFacts {
  readonly number: number;
  readonly at: number;
  readonly id: string;
  readonly address: string;
  readonly domain: string;
  readonly subject: string;
  readonly references: readonly string[];
}

const mailbox = ([name, address]: readonly [string, string]): string =>
  /^[ -~]*$/.test(name) ? `"${name}" <${address}>` : `${encodedWords(name)} <${address}>`;

function headersOf(random: Random, { number, at, id, address, domain, subject, references }: HeaderFacts): string[] {
  const from = random.pick(PEOPLE);
  const others = Array.from({ length: Math.floor(random.next() ** 2 * 5) }, () => mailbox(random.pick(PEOPLE)));
  const relay = `mx${number % 9}.example.net`;
  const headers = [
    `Return-Path: <${from[1]}>`,
    `Received: from ${relay} (${relay} [192.0.2.${number % 250}])\r\n\tby mx.${domain} with ESMTPS id ${random.hex(8)}\r\n\tfor <${address}>; ${mailDate(at, ['+0000', 0])}`,
    `Received: from app.internal (unknown [198.51.100.${number % 250}])\r\n\tby ${relay} with ESMTP id ${random.hex(10)}`,
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s1;\r\n\th=from:to:subject:date; bh=${random.hex(44)};\r\n\tb=${random.hex(64)}\r\n\t ${random.hex(64)}`,
    `Date: ${mailDate(at, random.pick(ZONES))}`,
    `From: ${mailbox(from)}`,
    `To: ${[`"Me" <${address}>`, ...others].join(',\r\n\t')}`,
    `Message-ID: ${id}`,
    `Subject: ${encodedWords(subject)}`,
    `X-Mailer: SampleMail ${number % 7}`,
    'MIME-Version: 1.0',
  ];
  const parent = references.at(-1);
  if (parent) headers.push(`In-Reply-To: ${parent}`, `References: ${references.join('\r\n\t')}`);
  else if (random.next() < 0.12)
    headers.push(`List-Id: <list${number % 12}.example.com>`, `List-Unsubscribe: <mailto:u${number}@example.com>`);
  return headers;
}

interface Material {
  readonly english: readonly string[];
  readonly chinese: readonly string[];
  /** Base64 in lines. */
  readonly blob: string;
}

function createMaterial(random: Random): Material {
  const sentence = () => Array.from({ length: random.int(25, 90) }, () => random.pick(ENGLISH_WORDS)).join(' ');
  const phrase = () => `${Array.from({ length: random.int(20, 80) }, () => random.pick(CHINESE_SUBJECTS)).join('')}。`;
  const bytes = Buffer.from(Array.from({ length: BLOB_BYTES }, () => random.int(0, 255)));
  return {
    english: Array.from({ length: 300 }, () => wrapped(sentence())),
    chinese: Array.from({ length: 200 }, () => wrapped(Buffer.from(phrase()).toString('base64'))),
    blob: wrapped(bytes.toString('base64')),
  };
}

const BLOB_LINE = 78;

/** From the Content-Type on. About 4 KB in the middle, up to 20 KB; one message in 40 has an attachment of up to 150 KB. */
function contentOf(random: Random, { english, chinese, blob }: Material, number: number, isChinese: boolean): string[] {
  const size = Math.min(20_000, 700 + Math.exp(7.6 + 0.8 * (random.next() + random.next() + random.next() - 1.5) * 2));
  const paragraphs: string[] = [];
  for (let length = 0; length < size; length += paragraphs.at(-1)?.length ?? 1) paragraphs.push(random.pick(english));
  const text = isChinese
    ? ['Content-Type: text/plain; charset=UTF-8', 'Content-Transfer-Encoding: base64', '', random.pick(chinese)]
    : ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 7bit', '', paragraphs[0] ?? ''];
  if (random.next() < 0.15) return [...text, ''];
  const alternative = `alt-${number}-${random.hex(8)}`;
  const html = `<html><body>\r\n<p>${paragraphs.join('</p>\r\n<p>')}</p>\r\n</body></html>`;
  const both = [
    `Content-Type: multipart/alternative; boundary="${alternative}"`,
    '',
    `--${alternative}`,
    ...text,
    `--${alternative}`,
    'Content-Type: text/html; charset=utf-8',
    'Content-Transfer-Encoding: 7bit',
    '',
    html,
    `--${alternative}--`,
    '',
  ];
  if (random.next() >= 0.025) return both;
  const mixed = `mix-${number}-${random.hex(8)}`;
  const lines = random.int(20_000, 150_000) / BLOB_LINE;
  const from = random.int(0, Math.max(0, Math.floor(blob.length / BLOB_LINE - lines))) * BLOB_LINE;
  return [
    `Content-Type: multipart/mixed; boundary="${mixed}"`,
    '',
    `--${mixed}`,
    ...both,
    `--${mixed}`,
    `Content-Type: application/pdf; name="file${number}.pdf"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${encodedWords(`附件${number}.pdf`)}"`,
    '',
    blob.slice(from, from + Math.floor(lines) * BLOB_LINE - 2),
    `--${mixed}--`,
    '',
  ];
}
