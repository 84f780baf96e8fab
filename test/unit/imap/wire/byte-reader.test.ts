import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, createByteReader, type Line } from '../../../../src/imap/wire/byte-reader.js';

class Source extends EventEmitter implements ByteSource {
  paused = false;
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  send(text: string): void {
    this.emit('data', Buffer.from(text, 'latin1'));
  }
}

const reading = (...chunks: string[]) => {
  const source = new Source();
  const reader = createByteReader(source);
  for (const chunk of chunks) source.send(chunk);
  return { source, reader };
};
const textOf = (line: Line | undefined) => (line?.kind === 'line' ? line.text : line);
/** `text` cut at these places. */
const cut = (text: string, places: readonly number[]): string[] => {
  const sorted = [...new Set(places.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [...sorted, text.length].map((end, i) => text.slice(sorted[i - 1] ?? 0, end)).filter((piece) => piece !== '');
};

describe('lines', () => {
  it('end in CRLF or LF, whatever the packets', async () => {
    const text = 'one\r\n\r\ntwo\nthree\rfour\r\n';
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(100), { maxLength: 8 }), async (places) => {
        const { reader } = reading(...cut(text, places));
        for (const expected of ['one', '', 'two', 'three\rfour']) expect(textOf(await reader.line(100))).toBe(expected);
      }),
    );
  });

  it('too long: thrown away to the end; how it began and ended is known', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(2_000), { maxLength: 8 }), async (places) => {
        const text = `tag NOOP ${'x'.repeat(1_000)} {12+}\r\nnext\r\n`;
        const { reader } = reading(...cut(text, places));
        const line = await reader.line(50);
        expect(line?.kind).toBe('tooLong');
        if (line?.kind !== 'tooLong') return;
        expect(line.head).toMatch(/^tag NOOP x/);
        expect(line.tail).toMatch(/x \{12\+\}$/);
        expect(line.head.length + line.tail.length).toBeLessThanOrEqual(400);
        expect(textOf(await reader.line(50))).toBe('next');
      }),
    );
  });

  it('exactly as long as allowed', async () => {
    const { reader } = reading(`${'x'.repeat(10)}\r\n${'y'.repeat(11)}\r\n`);
    expect(textOf(await reader.line(10))).toBe('x'.repeat(10));
    expect((await reader.line(10))?.kind).toBe('tooLong');
  });

  it('waits, and tells that it waits', async () => {
    const source = new Source();
    let waits = 0;
    const reader = createByteReader(source, { beforeWaiting: () => waits++ });
    const line = reader.line(100);
    expect(waits).toBe(1);
    source.send('a');
    source.send('b\r\nc\r\n');
    expect(textOf(await line)).toBe('ab');
    const before = waits;
    expect(textOf(await reader.line(100))).toBe('c');
    expect(waits).toBe(before);
  });

  it.each(['end', 'close', 'error'])('what is left at the %s is still read; half a line is none', async (event) => {
    const { source, reader } = reading('one\r\ntw');
    source.emit(event, new Error('gone'));
    expect(textOf(await reader.line(100))).toBe('one');
    expect(await reader.line(100)).toBeUndefined();
  });
});

describe('bytes', () => {
  it('so many and no more, whatever the packets', async () => {
    const text = 'head\r\n\0\xff\r\nbinary\r\ntail\r\n';
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(100), { maxLength: 8 }), async (places) => {
        const { reader } = reading(...cut(text, places));
        expect(textOf(await reader.line(100))).toBe('head');
        expect(await reader.text(12)).toBe('\0\xff\r\nbinary\r\n');
        expect(textOf(await reader.line(100))).toBe('tail');
      }),
    );
  });

  it('end with the stream', async () => {
    const { source, reader } = reading('abc');
    source.emit('end');
    expect(await reader.text(10)).toBeUndefined();
    const { reader: empty } = reading('');
    expect(await empty.text(0)).toBe('');
  });
});

describe('pressure', () => {
  it('a source that sends faster than it is read is paused, and let go on', async () => {
    const { source, reader } = reading();
    source.send(`${'x'.repeat(300_000)}\r\n`);
    expect(source.paused).toBe(true);
    await reader.line(100);
    const next = reader.line(100);
    expect(source.paused).toBe(false);
    source.send('go on\r\n');
    expect(textOf(await next)).toBe('go on');
  });

  it('how much may wait can change meanwhile', async () => {
    const source = new Source();
    let readAhead = 1_000;
    const reader = createByteReader(source, { readAhead: () => readAhead });
    source.send(`${'x'.repeat(1_100)}\r\n`);
    expect(source.paused).toBe(true);
    await reader.line(2_000);
    readAhead = 2_000;
    const next = reader.line(2_000);
    expect(source.paused).toBe(false);
    source.send(`y\r\n${'x'.repeat(1_100)}\r\n`);
    await next;
    expect(source.paused).toBe(false);
  });

  it('detached: what came is dropped, and nothing more is heard', async () => {
    const { source, reader } = reading('a1 CREATE Evil\r\n');
    reader.detach();
    expect(source.listenerCount('data')).toBe(0);
    const { reader: fresh } = { reader: createByteReader(source) };
    source.send('a2 NOOP\r\n');
    expect(textOf(await fresh.line(100))).toBe('a2 NOOP');
  });
});
