// Runs a transcript (transcript-text.ts says how one is written) against the gateway on fake upstreams.
import type { Clock } from '../../src/core/login/throttle.js';
import { type Harness, PASSWORD, startHarness, USER } from './harness.js';
import type { ImapClient } from './imap-client.js';
import { clientLine, matchLine, type Step, type Transcript } from './transcript-text.js';
import { deliver, FIRST_DATE, TranscriptUpstream } from './transcript-upstream.js';

export { messageBytes } from './transcript-upstream.js';

/** A wrong password's delay is told by other tests. */
const FORGIVING: Clock = { now: () => performance.now(), sleep: () => Promise.resolve() };

/** Plays it from the first line to the last. @throws {Error} that names the line where the dialogue left the script */
export async function runTranscript(transcript: Transcript): Promise<void> {
  await using harness = await startHarness({
    accounts: transcript.accounts.map((name, i) => ({
      name,
      isDefault: i === 0,
      upstream: Object.fromEntries((transcript.lacks.get(name) ?? []).map((word) => [word, false])),
    })),
    plaintextOnLoopback: transcript.plaintext,
    compressOnLoopback: transcript.compress,
    accountTrees: transcript.trees,
    devices: transcript.devices.map(({ without, ...device }) => ({ ...device, withoutCapabilities: without })),
    clock: FORGIVING,
    prepare: (fake) => {
      for (const [account, names] of transcript.keeps) fake(account).keepFlags(names);
      for (const { account, path } of transcript.mailboxes) fake(account).create(path.split('/'));
      transcript.messages.forEach((message, i) => {
        deliver(fake(message.account), message, FIRST_DATE + i * 60);
      });
    },
  });
  await new Stage(harness, transcript).play();
}

interface Actor {
  readonly client: ImapClient;
  bytewise: boolean;
  /** The last line read was a tagged answer, so nothing more may come. */
  atRest: boolean;
}

class Stage {
  readonly #harness: Harness;
  readonly #transcript: Transcript;
  readonly #actors = new Map<number, Actor>();
  readonly #names = new Map<string, string>();
  readonly #hand: TranscriptUpstream;

  constructor(harness: Harness, transcript: Transcript) {
    this.#harness = harness;
    this.#hand = new TranscriptUpstream(harness);
    this.#transcript = transcript;
  }

  async play(): Promise<void> {
    await this.#checkNeeds();
    const { steps } = this.#transcript;
    for (let i = 0; i < steps.length; ) {
      const step = steps[i];
      if (!step) break;
      const next = steps.findIndex((other, j) => j > i && !isSameKind(step, other));
      const run = steps.slice(i, next < 0 ? steps.length : next);
      try {
        await this.#perform(step, run);
      } catch (error) {
        throw new Error(`line ${step.lineNumber}: ${(error as Error).message}`, { cause: error });
      }
      i += run.length;
    }
    await this.#nothingMore();
  }

  async #checkNeeds(): Promise<void> {
    if (this.#transcript.needs.length === 0) return;
    const client = await this.#harness.login();
    const [line = ''] = await client.ok('CAPABILITY');
    client.destroy();
    const offered = new Set(line.split(' '));
    const missing = this.#transcript.needs.filter((word) => !offered.has(word));
    if (missing.length > 0) throw new Error(`the server does not offer ${missing.join(' ')}`);
  }

  async #perform(step: Step, run: readonly Step[]): Promise<void> {
    switch (step.kind) {
      case 'client':
        return this.#send(step.client, run.map(({ text }) => `${clientLine(text, this.#names)}\r\n`).join(''));
      case 'server':
        return step.anyOrder ? this.#readAnyOrder(run) : this.#read(step);
      case 'act':
        return this.#act(step);
      case 'upstream':
        if (step.text === 'restart') return this.#restart();
        return this.#hand.act(step.text);
    }
  }

  async #actor(number: number): Promise<Actor> {
    const known = this.#actors.get(number);
    if (known) return known;
    const client = this.#transcript.start === 'login' ? await this.#harness.login() : await this.#harness.connect();
    const actor = { client, bytewise: false, atRest: false };
    this.#actors.set(number, actor);
    return actor;
  }

  async #send(number: number, text: string): Promise<void> {
    const actor = await this.#actor(number);
    actor.atRest = false;
    if (actor.bytewise) await actor.client.sendBytewise(text);
    else actor.client.send(text);
  }

  async #read(step: Step): Promise<void> {
    const actor = await this.#actor(step.client);
    const line = await actor.client.line();
    const isExpected = step.text === '<closed>' ? line === undefined : this.#matches(step.text, line);
    if (!isExpected) throw new Error(`expected ${JSON.stringify(step.text)}, got ${JSON.stringify(line)}`);
    actor.atRest = line !== undefined && /^[a-z0-9]+ (OK|NO|BAD)/i.test(line);
  }

  #matches(pattern: string, line: string | undefined): boolean {
    return line !== undefined && matchLine(pattern, line, this.#names);
  }

  async #readAnyOrder(run: readonly Step[]): Promise<void> {
    const left = [...run];
    while (left.length > 0) {
      const line = await (await this.#actor(run[0]?.client ?? 1)).client.line();
      const index = left.findIndex(({ text }) => this.#matches(text, line));
      if (index < 0) {
        throw new Error(`got ${JSON.stringify(line)}, expected one of ${JSON.stringify(left.map(({ text }) => text))}`);
      }
      left.splice(index, 1);
    }
  }

  async #act({ client: number, text }: Step): Promise<void> {
    if (text === 'tls') {
      const client = await this.#harness.connect('tls');
      this.#actors.set(number, { client, bytewise: false, atRest: false });
      return;
    }
    const actor = await this.#actor(number);
    switch (text) {
      case 'login':
        actor.client.send(`login LOGIN ${USER} "${PASSWORD}"\r\n`);
        return;
      case 'starttls':
        return actor.client.startTls();
      case 'compress':
        return actor.client.compress();
      case 'bytewise':
        actor.bytewise = true;
        return;
      case 'hang up':
        actor.client.destroy();
        this.#actors.delete(number);
        return;
      default:
        if (/^(selects|examines) /.test(text)) return this.#open(actor, text);
        if (!text.startsWith('send ')) throw new Error(`nobody knows how to ${text}`);
        // Without an end of line.
        return this.#send(number, clientLine(text.slice(5), this.#names));
    }
  }

  /** `selects INBOX`, `examines INBOX`: for dialogues that are about something else. Binds `{vINBOX}`, its UIDVALIDITY. */
  async #open({ client }: Actor, text: string): Promise<void> {
    const [, verb = '', path = ''] = /^(\w+)s (.+)$/.exec(text) ?? [];
    const lines = await client.ok(`${verb.toUpperCase()} "${path}"`);
    const uidValidity = /UIDVALIDITY (\d+)/.exec(lines.join(' '))?.[1] ?? '';
    const name = `v${path.replaceAll('/', '')}`;
    const known = this.#names.get(name) ?? uidValidity;
    if (known !== uidValidity) throw new Error(`UIDVALIDITY ${uidValidity} of ${path} was ${known}`);
    this.#names.set(name, uidValidity);
  }

  /** `restart`: the gateway goes and comes back; all clients have lost their connections. */
  async #restart(): Promise<void> {
    this.#actors.clear();
    await this.#harness.restart();
  }

  /** A last round trip with every client that waits for nothing: an answer nobody expected would show now. */
  async #nothingMore(): Promise<void> {
    for (const [number, { client, atRest }] of this.#actors) {
      if (!atRest) continue;
      client.send('end NOOP\r\n');
      const line = await client.line();
      if (!line?.startsWith('end ')) throw new Error(`client ${number} got more: ${JSON.stringify(line)}`);
    }
  }
}

/** C: lines of one client go out together, S*: lines are one group; everything else stands alone. */
const isSameKind = (step: Step, other: Step): boolean =>
  step.kind === other.kind &&
  step.client === other.client &&
  (step.kind === 'client' || (step.kind === 'server' && step.anyOrder && other.anyOrder));
