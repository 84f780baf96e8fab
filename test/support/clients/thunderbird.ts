// Thunderbird in a window of its own, on a fresh profile, set up for the gateway as the README tells its users.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayProcess } from '../gateway-process.js';
import { runCommand } from '../real/command.js';
import { type Daemon, startDaemon } from '../real/daemon.js';
import { waitUntil } from '../wait-until.js';
import { connectMarionette, type Marionette } from './marionette.js';

const PROGRAM = '/usr/lib/thunderbird/thunderbird';
const CHROME = readFileSync(new URL('./thunderbird-chrome.js', import.meta.url), 'utf8');
/** A slow machine starts it within this. */
const START_MS = 90_000;
/** More than the 60 s after which the gateway looks for what an upstream has not told in IDLE. */
const DONE_MS = 75_000;

export interface ThunderbirdMessage {
  readonly key: number;
  readonly subject: string;
  readonly isRead: boolean;
  readonly isFlagged: boolean;
  /** Separated by spaces. */
  readonly keywords: string;
}

export interface Thunderbird {
  /** Calls a function of thunderbird-chrome.js. */
  ask<T>(name: string, ...args: readonly unknown[]): Promise<T>;
  /** Calls it until what `look` makes of its answer is neither false nor undefined. */
  until<T, R>(what: string, call: readonly [name: string, ...args: unknown[]], look: (answer: T) => R): Promise<R>;
  /** Everything its own database has of a folder. */
  messages(path: string): Promise<ThunderbirdMessage[]>;
  /** Its log of what went over the wire. */
  dialogue(): string;
  /** Keeps a picture of the window and the log; returns where. */
  evidence(): Promise<string>;
  /** As its user leaves it. */
  quit(): Promise<void>;
  stop(): Promise<void>;
}

export interface ThunderbirdOptions {
  readonly address: string;
  readonly security: 'SSL/TLS' | 'STARTTLS';
  /** COMPRESS is used where it is offered. */
  readonly compress: boolean;
}

/** A gateway's second Thunderbird finds the profile of the first. */
export async function startThunderbird(gateway: GatewayProcess, options: ThunderbirdOptions): Promise<Thunderbird> {
  const directory = mkdtempSync(join(gateway.directory, 'thunderbird-'));
  const profile = join(gateway.directory, 'thunderbird-profile');
  const isFresh = !existsSync(profile);
  mkdirSync(profile, { recursive: true });
  writeFileSync(join(profile, 'user.js'), preferences(gateway, options));
  rmSync(join(profile, 'MarionetteActivePort'), { force: true });
  if (isFresh) await trust(profile, gateway.caFile);
  const display = await startDisplay();
  const logFile = join(directory, 'wire');
  const program = startDaemon({
    command: PROGRAM,
    args: ['--marionette', '--remote-allow-system-access', '--no-remote', '--profile', profile],
    env: { ...environment(directory, display.name), MOZ_LOG: 'sync,IMAP:4', MOZ_LOG_FILE: logFile },
  });
  const dialogue = () => (existsSync(`${logFile}.moz_log`) ? readFileSync(`${logFile}.moz_log`, 'utf8') : '');
  let marionette: Marionette | undefined;
  const stop = async () => {
    marionette?.close();
    await program.stop();
    await display.daemon.stop();
  };
  try {
    marionette = await marionetteOf(profile, program);
    const quit = async (from: Marionette) => {
      await from.quit();
      await waitUntil('Thunderbird has ended', () => !isAlive(program.pid), { ms: DONE_MS, explain: program.log });
      await stop();
    };
    const thunderbird = controls(marionette, { dialogue, stop, quit });
    await thunderbird.until('its window', ['isUp'], (isUp: boolean) => isUp);
    for (const scheme of isFresh ? ['imap', 'smtp'] : [])
      await thunderbird.ask('storePassword', scheme, gateway.user, gateway.password);
    return thunderbird;
  } catch (error) {
    await stop();
    throw new Error(`Thunderbird does not start:\n${program.log()}`, { cause: error });
  }
}

interface Life {
  dialogue(): string;
  stop(): Promise<void>;
  quit(marionette: Marionette): Promise<void>;
}

function controls(marionette: Marionette, { dialogue, stop, quit }: Life): Thunderbird {
  const ask = <T>(name: string, ...args: readonly unknown[]) =>
    marionette.run<T>(`${CHROME}\nreturn fromTest[args.shift()](...args);`, [name, ...args]);
  const evidence = async () => {
    const directory = mkdtempSync(join(tmpdir(), 'gw-thunderbird-failed-'));
    writeFileSync(join(directory, 'window.png'), await marionette.screenshot());
    writeFileSync(join(directory, 'wire.log'), dialogue());
    writeFileSync(join(directory, 'windows.txt'), (await ask<string[]>('windowTitles')).join('\n'));
    return directory;
  };
  return {
    ask,
    async until<T, R>(what: string, [name, ...args]: readonly [string, ...unknown[]], look: (answer: T) => R) {
      let last: unknown;
      const once = async () => {
        // What it is asked for may not be there yet.
        const answer = await ask<T>(name, ...args).catch((error: Error) => error);
        last = answer instanceof Error ? answer.message : answer;
        return answer instanceof Error ? undefined : look(answer);
      };
      const explain = () => `${name} ${args.join(' ')}: ${JSON.stringify(last)}`;
      return (await waitUntil(`Thunderbird: ${what}`, once, { ms: DONE_MS, everyMs: 100, explain })) as R;
    },
    messages: (path) => ask('messagesOf', path),
    dialogue,
    evidence,
    quit: () => quit(marionette),
    stop,
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function marionetteOf(profile: string, program: Daemon): Promise<Marionette> {
  // Of this run: the file of an earlier one has been removed.
  const file = join(profile, 'MarionetteActivePort');
  const port = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) || undefined : undefined);
  return connectMarionette(await waitUntil('Thunderbird is up', port, { ms: START_MS, explain: program.log }));
}

/** An X server without a screen. */
async function startDisplay(): Promise<{ daemon: Daemon; name: string }> {
  const args = ['-displayfd', '1', '-screen', '0', '1280x900x24', '-nolisten', 'tcp', '-noreset'];
  const daemon = startDaemon({ command: '/usr/bin/Xvfb', args });
  const number = await waitUntil('Xvfb tells its display', () => /^(\d+)$/m.exec(daemon.log())?.[1], {
    ms: START_MS,
    explain: daemon.log,
  });
  return { daemon, name: `:${number}` };
}

/** What the user does at Settings → Manage Certificates → Authorities → Import. */
async function trust(profile: string, caFile: string): Promise<void> {
  const database = ['-d', `sql:${profile}`];
  for (const args of [
    ['-N', ...database, '--empty-password'],
    ['-A', ...database, '-n', 'gateway', '-t', 'CT,,', '-i', caFile],
  ]) {
    const { code, stderr } = await runCommand('/usr/bin/certutil', args);
    if (code !== 0) throw new Error(`certutil ${args[0]}: ${stderr}`);
  }
}

const environment = (home: string, display: string) => ({
  HOME: home,
  DISPLAY: display,
  LC_ALL: 'C.UTF-8',
  // No desktop, and nothing of one that may be there.
  XDG_RUNTIME_DIR: home,
  DBUS_SESSION_BUS_ADDRESS: 'disabled:',
  NO_AT_BRIDGE: '1',
  GDK_BACKEND: 'x11',
  MOZ_CRASHREPORTER_DISABLE: '1',
});

function preferences({ ports, user }: GatewayProcess, { address, security, compress }: ThunderbirdOptions): string {
  const isTls = security === 'SSL/TLS';
  const socketType = isTls ? 3 : 2;
  const host = '127.0.0.1';
  const folder = (name: string) => `imap://${user}@${host}/${name}`;
  const values: Record<string, string | number | boolean> = {
    ...QUIET,
    'mail.accountmanager.accounts': 'account1',
    'mail.accountmanager.defaultaccount': 'account1',
    'mail.account.account1.server': 'server1',
    'mail.account.account1.identities': 'id1',
    'mail.account.lastKey': 1,
    'mail.server.server1.type': 'imap',
    'mail.server.server1.name': 'Gateway',
    'mail.server.server1.hostname': host,
    'mail.server.server1.port': isTls ? ports.imaps : ports.imap,
    'mail.server.server1.socketType': socketType,
    'mail.server.server1.authMethod': 3,
    'mail.server.server1.userName': user,
    'mail.server.server1.use_compress_deflate': compress,
    // It connects when a folder is opened: then its password is known. Nothing but IDLE brings new mail in time.
    'mail.server.server1.login_at_startup': false,
    'mail.server.server1.check_new_mail': false,
    'mail.identity.id1.fullName': 'Me',
    'mail.identity.id1.useremail': address,
    'mail.identity.id1.valid': true,
    'mail.identity.id1.smtpServer': 'smtp1',
    'mail.identity.id1.compose_html': false,
    'mail.identity.id1.fcc_folder': folder('Sent'),
    'mail.identity.id1.draft_folder': folder('Drafts'),
    'mail.smtpservers': 'smtp1',
    'mail.smtp.defaultserver': 'smtp1',
    'mail.smtpserver.smtp1.type': 'smtp',
    'mail.smtpserver.smtp1.hostname': host,
    'mail.smtpserver.smtp1.port': isTls ? ports.smtps : ports.smtp,
    'mail.smtpserver.smtp1.try_ssl': socketType,
    'mail.smtpserver.smtp1.authMethod': 3,
    'mail.smtpserver.smtp1.username': user,
  };
  return Object.entries(values)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}

/** No greetings, no questions, no word to anybody but the gateway. */
const QUIET: Readonly<Record<string, string | number | boolean>> = {
  'marionette.port': 0,
  'app.donation.eoy.version.viewed': 999,
  'app.normandy.enabled': false,
  'app.update.auto': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'calendar.timezone.useSystemTimezone': true,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.blocklist.enabled': false,
  'extensions.update.enabled': false,
  'mail.inappnotifications.enabled': false,
  'mail.provider.enabled': false,
  'mail.rights.version': 1,
  'mail.shell.checkDefaultClient': false,
  'mail.spellcheck.inline': false,
  'mail.spam.version': 1,
  'mail.warn_on_send_accel_key': false,
  'mailnews.start_page.enabled': false,
  'mailnews.start_page_override.mstone': 'ignore',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.type': 0,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
  'widget.wayland.enabled': false,
};
