import { describe, expect, it, test } from 'vitest';
import { parseSince } from '../../../src/cli/since.js';
import { undoLines } from '../../../src/cli/undo.js';
import type { RemovalBatch, RemovedMessage } from '../../../src/gateway.js';
import { englishIn } from '../../support/chinese.js';

describe('parseSince', () => {
  const now = new Date(2026, 2, 10, 12, 0, 0).getTime();
  it.each([
    ['90s', now - 90_000],
    ['30m', now - 30 * 60_000],
    ['30 min', now - 30 * 60_000],
    ['2h', now - 2 * 3_600_000],
    ['3d', now - 3 * 86_400_000],
    ['1w', now - 7 * 86_400_000],
    ['10:30', new Date(2026, 2, 10, 10, 30).getTime()],
    ['23:30', new Date(2026, 2, 9, 23, 30).getTime()],
    ['2026-03-01', new Date(2026, 2, 1).getTime()],
    ['2026-03-01 08:15', new Date(2026, 2, 1, 8, 15).getTime()],
    ['2026-03-01T08:15:30Z', Date.UTC(2026, 2, 1, 8, 15, 30)],
    ['2026-03-01T08:15+08:00', Date.UTC(2026, 2, 1, 0, 15)],
  ])('%s', (text, at) => expect(parseSince(text, now)).toBe(at));
  it.each(['', 'yesterday', '2', '-2h', '2 hours ago', '25:00', '10:61', '2026-02-31T99:00', '2026-13-01', '1e9d'])(
    'refuses %j and says what is understood',
    (text) => expect(() => parseSince(text, now)).toThrow(/is no time: give how long ago \(30m, 2h, 3d\)/),
  );
});

describe('undoLines', () => {
  const now = new Date(2026, 2, 10, 12, 0, 0).getTime();
  const message = (subject: string, way: RemovedMessage['way'], reason?: string): RemovedMessage => ({
    account: 'QQ',
    mailbox: 'INBOX',
    subject,
    internalDate: 0,
    sizeBytes: 1,
    way,
    ...(reason === undefined ? {} : { reason }),
  });
  const batch = (...messages: RemovedMessage[]): RemovalBatch => ({ at: now - 300_000, device: 'phone', messages });

  const next = { at: now - 3_600_000, device: 'laptop', mailboxes: ['Trash', 'QQ/工作'], messages: 2 };

  test('each message with what became of it, and how many in all', () => {
    const batches = [batch(message('发票', 'trash'), message('', 'cache'), message('x', 'lost', 'its text is gone'))];
    expect(undoLines(batches, 'undo', { now, next })).toEqual([
      '2026-03-10 11:55 (5 min ago) by phone, from INBOX: 3 messages',
      '  发票: moved back from Trash',
      '  (no subject): stored again from what was kept here',
      '  x: cannot be brought back, its text is gone',
      '',
      '2 messages brought back. 1 message cannot be.',
      'The next "gateway undo" goes on to 2026-03-10 11:00 (1 h 0 min ago) by laptop, from Trash, QQ/工作: 2 messages.',
    ]);
    for (const mode of ['list', 'dryRun'] as const)
      expect(undoLines(batches, mode, { now }).slice(1, 4)).toEqual([
        '  发票: would be moved back from Trash',
        '  (no subject): can be stored again from what is kept here',
        '  x: cannot be brought back, its text is gone',
      ]);
    expect(undoLines(batches, 'dryRun', { now }).at(-1)).toBe(
      '2 messages would be brought back. 1 message cannot be. Nothing was done.',
    );
    expect(undoLines(batches, 'list', { now }).at(-1)).toBe('2 messages can be brought back. 1 message cannot be.');
  });
  test('in Chinese, all of it', () => {
    const reason = 'its text is gone\n其内容已丢失';
    const batches = [batch(message('发票', 'trash'), message('', 'cache'), message('工资', 'lost', reason))];
    expect(undoLines(batches, 'undo', { now, language: 'zh', next })).toEqual([
      '2026-03-10 11:55（5 分钟前）由 phone 从 INBOX 删除：3 封邮件',
      '  发票：已从“已删除”移回',
      '  （无主题）：已用本机留存的内容重新存入',
      '  工资：无法找回，其内容已丢失',
      '',
      '已找回 2 封邮件。1 封邮件无法找回。',
      '再次运行 "gateway undo" 将找回：2026-03-10 11:00（1 小时 0 分钟前）由 laptop 从 Trash、QQ/工作 删除：2 封邮件。',
    ]);
    for (const mode of ['list', 'dryRun', 'undo'] as const)
      for (const way of ['trash', 'cache', 'copy', 'calledOff', 'recovered', 'there', 'undone', 'lost'] as const) {
        const many = Array.from({ length: 12 }, () => message('', way));
        const lines = undoLines([batch(...many)], mode, { now, language: 'zh', next });
        expect(englishIn(lines.join('\n').replace(/phone|laptop|Trash/g, ''))).toEqual([]);
      }
    expect(englishIn(undoLines([], 'undo', { language: 'zh' }).join())).toEqual([]);
  });
  test('a large batch is told in short', () => {
    const many = Array.from({ length: 1_234 }, (_, i) => message(`m${i}`, 'trash'));
    const lines = undoLines([batch(...many)], 'list', { now });
    expect(lines).toHaveLength(14);
    expect(lines[11]).toBe('  … and 1,224 messages more: 1,224 would be moved back from Trash');
  });
  test('a label that is gone is said, of those that are told in short how many', () => {
    const without = ['Gmail/News', 'Gmail/旅行'];
    const some = Array.from({ length: 12 }, (_, i) => ({
      ...message(`m${i}`, 'trash'),
      ...(i % 11 ? {} : { without }),
    }));
    expect(undoLines([batch(...some)], 'undo', { now }).filter((line) => / not into /.test(line))).toEqual([
      '  m0: moved back from Trash, but not into Gmail/News, Gmail/旅行: there is no such mailbox any more',
      '  … and 2 messages more: 2 moved back from Trash; 1 not into every mailbox: some are there no longer',
    ]);
    const chinese = undoLines([batch(...some)], 'undo', { now, language: 'zh' });
    expect(chinese.filter((line) => /不存在/.test(line))).toEqual([
      '  m0：已从“已删除”移回，但未放回 Gmail/News、Gmail/旅行：该邮箱文件夹已不存在',
      '  …… 另有 2 封邮件：2 封已从“已删除”移回；其中 1 封未放回全部邮箱文件夹：有的已不存在',
    ]);
  });
  test('what was brought back before is said to be, and that there is nothing else', () => {
    const hint = 'Nothing is left to be brought back: "gateway undo --list" shows what was removed.';
    const done = [batch(message('a', 'undone'), message('b', 'undone'))];
    expect(undoLines(done, 'undo', { now }).at(-1)).toBe(hint);
    expect(undoLines(done, 'dryRun', { now }).at(-1)).toBe(hint);
    expect(undoLines(done, 'undo', { now, hasSince: true }).at(-1)).toBe('All of it has been brought back already.');
    expect(undoLines(done, 'list', { now }).at(-1)).toBe('All of it has been brought back already.');
    expect(undoLines([batch(message('a', 'undone'), message('b', 'cache'))], 'undo', { now }).slice(-2)).toEqual([
      '1 message brought back.',
      'Nothing that was removed before is left to be brought back.',
    ]);
  });
  test('a message that went to Trash and from there counts once', () => {
    const later = { ...message('a', 'cache'), mailbox: 'Trash', again: true } as const;
    const lines = undoLines([batch(later), batch(message('a', 'cache'))], 'list', { now });
    expect(lines[1]).toBe('  a: comes back to where it was before');
    expect(lines.at(-1)).toBe('1 message can be brought back.');
    expect(undoLines([batch(later), batch(message('a', 'cache'))], 'undo', { now }).at(-2)).toBe(
      '1 message brought back.',
    );
  });
  test('nothing steers the terminal, and nothing is said of nothing', () => {
    expect(undoLines([batch(message('\u001b[2Jhello\r\nx', 'there'))], 'list', { now })[1]).toBe(
      '   [2Jhello x: there already',
    );
    expect(undoLines([], 'undo', { now })).toEqual(['Nothing has been removed that could be brought back.']);
  });
});
