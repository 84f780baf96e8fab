// A second client: signed in, one mailbox selected, in IDLE. It keeps every line it is told.
import { type PlainImap, type PlainReply, quote } from './plain-imap.js';

export interface Idler {
  /** The answer to SELECT. */
  readonly selected: PlainReply;
  /** Untagged lines told so far, since the last `forget`; without those that name new keywords. */
  readonly told: readonly string[];
  /** Waits for a line, also among those told already. */
  until(pattern: RegExp, ms?: number): Promise<string>;
  forget(): void;
  /** Ends IDLE, runs a command, goes back into IDLE. */
  command(text: string): Promise<PlainReply>;
  close(): void;
}

export async function startIdler(client: PlainImap, mailbox: string): Promise<Idler> {
  const selected = await client.ok(`SELECT ${quote(mailbox)}`);
  const told: string[] = [];
  // A keyword is named before it is first shown (RFC 9051 §7.3.5): that is kept by its own transcript.
  const hear = (line: string) => {
    if (!/^\* (FLAGS|OK \[PERMANENTFLAGS) /.test(line)) told.push(line);
  };
  const idle = async () => {
    client.send('I IDLE');
    for (let line = await client.read(); !line.startsWith('+'); line = await client.read()) hear(line);
  };
  await idle();
  return {
    selected,
    told,
    async until(pattern, ms = 15_000) {
      const known = told.find((line) => pattern.test(line));
      if (known !== undefined) return known;
      const until = Date.now() + ms;
      for (;;) {
        const line = await client.read(until - Date.now()).catch((cause: unknown) => {
          throw new Error(`${mailbox} was not told ${pattern}, but: ${JSON.stringify(told)}`, { cause });
        });
        hear(line);
        if (pattern.test(line)) return line;
      }
    },
    forget: () => {
      told.length = 0;
    },
    async command(text) {
      client.send('DONE');
      for (let line = await client.read(); !line.startsWith('I '); line = await client.read()) hear(line);
      const reply = await client.ok(text);
      await idle();
      return reply;
    },
    close: () => client.close(),
  };
}
