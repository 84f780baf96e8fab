import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandName, ExitCode } from '../../../src/cli/io.js';
import { runCli } from '../../../src/cli/main.js';
import type { Config } from '../../../src/config/index.js';
import { temporaryDirectories } from '../../support/temporary-directory.js';
import { fakeIo } from './fake-io.js';

const makeDirectory = temporaryDirectories();

async function run(args: readonly string[], startGateway?: (config: Config) => Promise<never>) {
  const io = fakeIo();
  const refuse = (): Promise<never> => Promise.reject(new Error('not expected to start'));
  const code = await runCli(args, { io, startGateway: startGateway ?? refuse, version: '1.2.3' });
  return { code, out: io.out.join('\n'), complaints: io.complaints.join('\n') };
}

function configFile(): string {
  const file = join(makeDirectory(), 'c.json');
  writeFileSync(file, '{"accounts": [{"name": "QQ", "demo": "qq"}]}');
  return file;
}

const HINT = '\n"gateway --help" lists the commands, "gateway COMMAND --help" explains one.';

describe('a command line that makes no sense: exit code 2, one reason, one hint', () => {
  it.each<[args: string[], says: string]>([
    [[], 'a command is missing.'],
    [['statsu'], 'there is no command "statsu": did you mean "status"?'],
    [['frobnicate'], 'there is no command "frobnicate"'],
    [['start', '--foo'], 'Unknown argument: foo'],
    [['undo', '--sinc', '1h'], 'there is no option "--sinc": did you mean "--since"?'],
    [['undo', '--dry-rnu'], 'there is no option "--dry-rnu": did you mean "--dry-run"?'],
    [['stop', '--confg=x.json'], 'there is no option "--confg": did you mean "--config"?'],
    [['backup'], 'a FILE is missing: "gateway backup FILE"'],
    [['restore', '--force'], 'a FILE is missing: "gateway restore FILE"'],
    [['start', 'extra'], 'Unknown argument: extra'],
    [['status', '--config'], 'Not enough arguments following: config'],
    [['cert', 'exprot'], 'Unknown argument: exprot'],
    [
      ['start', '--log-level', 'loud'],
      'Invalid values:\n  Argument: log-level, Given: "loud", Choices: "trace", "debug", "info", "warn", "error", "fatal", "silent"',
    ],
    [
      ['cert', 'export', '--format', 'p12'],
      'Invalid values:\n  Argument: format, Given: "p12", Choices: "pem", "der", "mobileconfig"',
    ],
  ])('%j', async (args, says) => {
    expect(await run(args)).toEqual({ code: ExitCode.usage, out: '', complaints: `gateway: ${says}${HINT}` });
  });
});

describe('help', () => {
  it('lists every command and every exit code', async () => {
    const { code, out, complaints } = await run(['--help']);
    expect([code, complaints]).toEqual([ExitCode.ok, '']);
    for (const command of ['start', 'status', 'accounts', 'sync', 'stop', 'password', 'cert', 'demo-server']) {
      expect(out).toMatch(new RegExp(`^  gateway ${command}\\b.*\\S`, 'm'));
    }
    for (const exitCode of Object.values(ExitCode)) expect(out).toMatch(new RegExp(`^  ${exitCode}  \\S`, 'm'));
  });

  it.each<[args: string[], says: RegExp]>([
    [['start', '--help'], /--log-level/],
    [['password', '--help'], /--rotate/],
    [['sync', '--help'], /account .*all accounts when left out/i],
    [['cert', '--help'], /gateway cert export/],
    [['cert', 'export', '--help'], /mobileconfig/],
    [['cert', 'reissue', '--help'], /--ca/],
    [['--version'], /^1\.2\.3$/],
  ])('%j', async (args, says) => {
    const { code, out, complaints } = await run(args);
    expect([code, complaints]).toEqual([ExitCode.ok, '']);
    expect(out).toMatch(says);
  });
});

describe('how a run ends', () => {
  it('a failure that is known is one line', async () => {
    const file = configFile();
    const taken = Object.assign(new Error('listen EADDRINUSE'), {
      code: 'EADDRINUSE',
      port: 1993,
      address: '127.0.0.1',
    });
    const { code, complaints } = await run(['start', '--config', file], () => Promise.reject(taken));
    expect(code).toBe(ExitCode.failed);
    expect(complaints).toBe(
      `gateway: port 1993 on 127.0.0.1 is taken by another program: stop that one, or choose another port in "listen.imaps" in ${file}`,
    );
  });

  it('a bug keeps its stack, for the report', async () => {
    const { code, complaints } = await run(['start', '--config', configFile()], () =>
      Promise.reject(new TypeError('oops')),
    );
    expect(code).toBe(ExitCode.failed);
    expect(complaints).toMatch(/^gateway: internal error, please report it:\nTypeError: oops\n +at /);
  });

  it('a configuration error stands as it is', async () => {
    const file = join(makeDirectory(), 'c.json');
    expect(await run(['accounts', '--config', file])).toEqual({
      code: ExitCode.failed,
      out: '',
      complaints: `${file}: there is no such file: give the right one with --config FILE`,
    });
  });

  it('what needs a gateway ends with 3 when there is none', async () => {
    const file = configFile();
    for (const command of ['status', 'sync', 'stop']) {
      const { code, complaints } = await run([command, '--config', file]);
      expect([command, code]).toEqual([command, ExitCode.notRunning]);
      expect(complaints).toMatch(
        /^gateway: no gateway is running with the data directory .*: start it with "gateway start --config [^ ]+c\.json"$/,
      );
    }
  });
});

describe('how the program is called in texts', () => {
  it('what a text names can be typed as it stands', async () => {
    const file = configFile();
    const io = fakeIo();
    const refuse = (): Promise<never> => Promise.reject(new Error('not expected to start'));
    const command = 'node dist/cli.js';
    await runCli(['status', `--config=${file}`], { io, startGateway: refuse, version: '1.2.3', command });
    expect(io.complaints.join()).toContain(`"node dist/cli.js start --config=${file}"`);
  });

  it.each([
    [undefined, 'gateway'],
    ['/usr/local/bin/gateway', 'gateway'],
    ['/home/me/mail-gateway/dist/cli.js', 'node dist/cli.js'],
    ['/opt/mail-gateway/dist/cli.js', 'node /opt/mail-gateway/dist/cli.js'],
  ])('%s', (script, name) => expect(commandName(script, '/home/me/mail-gateway')).toBe(name));
});
