import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExitCode, processIo } from '../../../src/cli/io.js';
import { start } from '../../../src/cli/start.js';
import type { AccountStatus, CoreEvent, Gateway, startGateway } from '../../../src/gateway.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';
import { fakeIo } from './fake-io.js';

const makeDirectory = temporaryDirectories();

const syncing: AccountStatus = {
  name: 'QQ',
  address: 'a@qq.com',
  provider: 'qq',
  state: 'syncing',
  reason: undefined,
  synced: false,
  sources: [{ path: 'INBOX', done: 1, total: 2 }],
  messagesPerSecond: 0,
  journalDepth: 0,
  oldestJournalMs: 0,
  lastError: undefined,
  upstreamConnections: 1,
  pausedUntil: undefined,
  budgets: [],
  facts: {},
  traits: [],
  keywords: { kept: 0, of: 0 },
};

/** Runs `start` over a gateway that does what `script` says, then is told to stop. */
async function runStart(
  options: { json: boolean; interactive: boolean },
  script: (tell: (event: CoreEvent) => void) => void,
  status: Partial<ReturnType<Gateway['status']>> = {},
) {
  const file = join(makeDirectory(), 'c.json');
  writeFileSync(file, '{"accounts": [{"name": "QQ", "demo": "qq"}]}');
  const io = fakeIo(options);
  const fake: typeof startGateway = async (_, { onStopRequested }) => ({
    ports: { imaps: 1993 },
    status: () => ({
      pid: 1,
      startedAt: 0,
      ports: {},
      accounts: [syncing],
      problems: [],
      submissions: { queued: 0, failed: 0, waiting: [] },
      clients: { imap: 0, smtp: 0, devices: [] },
      ...status,
    }),
    onEvent: (listener) => {
      setImmediate(() => {
        script(listener);
        onStopRequested?.();
      });
      return () => undefined;
    },
    stop: async () => undefined,
  });
  const code = await start(
    { config: file, json: options.json, logLevel: undefined },
    { io, startGateway: fake, onConfig: () => undefined },
  );
  return { code, out: io.out, complaints: io.complaints };
}

describe('start', () => {
  it('at a terminal ends with its last word, not with bars', async () => {
    const { code, out } = await runStart({ json: false, interactive: true }, (tell) => {
      tell({ event: 'progress', account: 'QQ' });
      tell({ event: 'problem', account: 'QQ', text: 'busy\x1b[2J', remedy: 'Wait.' });
    });
    expect(code).toBe(ExitCode.ok);
    expect(out.join('\n')).toContain('QQ: busy [2J — Wait.');
    expect(out.at(-1)).toBe('The gateway has stopped.');
  });

  it('tells each synced once, also what came before anybody listened', async () => {
    const { out } = await runStart(
      { json: true, interactive: false },
      (tell) => {
        tell({ event: 'synced', account: 'QQ' });
        tell({ event: 'synced' });
      },
      {
        accounts: [{ ...syncing, synced: true }],
        problems: [{ account: undefined, subject: 'disk', text: 'the disk is full', remedy: 'Make room.', since: 0 }],
      },
    );
    expect(out.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ event: 'ready', imaps: 1993, host: '127.0.0.1', user: 'me', pid: process.pid }),
      { event: 'problem', text: 'the disk is full', remedy: 'Make room.' },
      { event: 'synced', account: 'QQ' },
      { event: 'synced' },
      { event: 'stopped' },
    ]);
  });

  it('takes a terminal that does not tell its width for one of 80 columns', () => {
    const before = Object.getOwnPropertyDescriptor(process.stdout, 'columns');
    try {
      for (const columns of [0, undefined]) {
        Object.defineProperty(process.stdout, 'columns', { value: columns, configurable: true });
        expect(processIo().columns()).toBe(80);
      }
    } finally {
      if (before) Object.defineProperty(process.stdout, 'columns', before);
      else Reflect.deleteProperty(process.stdout, 'columns');
    }
  });
});
