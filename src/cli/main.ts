// The command line: what there is, its help, and how a run ends.
import yargs, { type Argv } from 'yargs';
import { type Config, ConfigError } from '../config/index.js';
import type { startGateway } from '../gateway.js';
import type { Language } from '../lib/languages.js';
import { CA_FORMATS } from '../tls/index.js';
import { accounts, status, stop, sync } from './asking.js';
import { backup, restore } from './backup.js';
import { exportCert, reissueCert, showCert } from './cert.js';
import { demoServer, demoServerOptions } from './demo-server.js';
import { doctor } from './doctor.js';
import { explain } from './explain.js';
import { CliError, ExitCode, type Io } from './io.js';
import { password } from './password.js';
import { start } from './start.js';
import { languageFor } from './text.js';
import { undo } from './undo.js';
import { optionsOf, usageText } from './usage.js';

export interface CliContext {
  readonly io: Io;
  readonly startGateway: typeof startGateway;
  readonly version: string;
  /** How the program is called here, for texts that name a command; default `gateway`. */
  readonly command?: string;
}

const EPILOGUE = `Exit codes:
  0  done
  1  the configuration, the machine or the gateway did not allow it
  2  the command line makes no sense
  3  no gateway is running`;

const USAGE_HINT = '\n"gateway --help" lists the commands, "gateway COMMAND --help" explains one.';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Runs one command line (without `node` and the script) and resolves with the exit code. */
export async function runCli(args: readonly string[], given: CliContext): Promise<ExitCode> {
  const context = { ...given, io: sayingHow(given, args) };
  const { io } = context;
  let code: ExitCode = ExitCode.ok;
  let config: Config | undefined;
  const run = async (command: Promise<ExitCode>): Promise<void> => {
    code = await command;
  };
  const onConfig = (known: Config): void => {
    config = known;
  };
  try {
    const parser = commandLine(context, run, onConfig).fail((message, error) => {
      // yargs' own complaints come as a message, or as an error of this name.
      if (error && error.name !== 'YError') throw error;
      throw new CliError(`${usageText(message, args, optionsOf(parser))}${USAGE_HINT}`, ExitCode.usage);
    });
    // With a callback yargs neither prints nor ends the process.
    await parser.parseAsync([...args], {}, (_error: unknown, _argv: unknown, output: string) => {
      if (output !== '') io.print(output);
    });
    return code;
  } catch (error) {
    const explanation = explain(error, config, languageFor(languageOption(args)));
    if (explanation) {
      io.complain(error instanceof ConfigError ? explanation.text : `gateway: ${explanation.text}`);
      return explanation.exitCode;
    }
    io.complain(`gateway: internal error, please report it:\n${error instanceof Error ? error.stack : String(error)}`);
    return ExitCode.failed;
  }
}

/** Texts call the program by its name and without options; what the user types has to work. */
function sayingHow({ io, command = 'gateway' }: CliContext, args: readonly string[]): Io {
  const option = configOption(args);
  const typed = (text: string) =>
    text
      .replace(/"gateway [a-z][^"]*/g, (hint) => (hint.includes(' --config') ? hint : hint + option))
      .replaceAll('"gateway ', `"${command} `);
  // What scripts read is the same wherever they run.
  const print = args.includes('--json') ? io.print : (line: string) => io.print(typed(line));
  return { ...io, print, complain: (line) => io.complain(typed(line)) };
}

/** ` --config FILE` as it was given. */
function configOption(args: readonly string[]): string {
  const at = args.findIndex((arg) => /^--config(=|$)/.test(arg));
  const given = args[at]?.includes('=') ? args[at] : args.slice(at, at + 2).join(' ');
  return at < 0 ? '' : ` ${given}`;
}

/** As `status`, `undo` and `doctor` take it; of what could not be parsed too. */
function languageOption(args: readonly string[]): Language | undefined {
  const at = args.findIndex((arg) => /^--language(=|$)/.test(arg));
  const asked = at < 0 ? undefined : args[at]?.includes('=') ? args[at]?.split('=')[1] : args[at + 1];
  return LANGUAGES.find((one) => one === asked);
}

const LANGUAGES = ['en', 'zh'] as const satisfies readonly Language[];

const inALanguage = (command: Argv<GlobalOptions>) =>
  command.option('language', { choices: LANGUAGES, describe: 'Default: as LANG says' });

/** A command without options of its own. */
const plain = (command: Argv<GlobalOptions>): Argv<GlobalOptions> => command;

function commandLine(
  { io, startGateway, version }: CliContext,
  run: (command: Promise<ExitCode>) => Promise<void>,
  onConfig: (config: Config) => void,
) {
  const account = { type: 'string', describe: 'Name of the account; all accounts when left out' } as const;
  const level = { choices: LEVELS, describe: 'How much is logged to standard error (default: as configured)' } as const;
  return yargs()
    .scriptName('gateway')
    .locale('en')
    .usage('$0 COMMAND\n\nOne IMAP and one SMTP account on this machine for all your mail accounts.')
    .option('config', {
      type: 'string',
      default: 'gateway.config.json',
      requiresArg: true,
      describe: 'The configuration file',
      global: true,
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON, for scripts', global: true })
    .command(
      'start',
      'Run the gateway until Ctrl-C',
      (command) => command.option('log-level', level),
      (argv) =>
        run(
          start({ config: argv.config, json: argv.json, logLevel: argv['log-level'] }, { io, startGateway, onConfig }),
        ),
    )
    .command(
      'status',
      'Accounts, progress, changes owed, connected clients',
      (command) =>
        inALanguage(command).option('verbose', {
          type: 'boolean',
          default: false,
          describe: 'How each server is dealt with, and why',
        }),
      (argv) => run(status(argv, io)),
    )
    .command('accounts', 'The configured accounts', plain, (argv) => run(accounts(argv, io)))
    .command(
      'sync [account]',
      'Look for new mail and changes now, and wait until that is done',
      (command) =>
        command.positional('account', account).option('force', {
          type: 'boolean',
          default: false,
          describe: 'Also where the provider has asked for a pause',
        }),
      (argv) => run(sync({ config: argv.config, json: argv.json, account: argv.account, force: argv.force }, io)),
    )
    .command(
      'undo',
      'Bring back what a mail program has removed last; again: what was removed before that',
      undoOptions,
      (argv) => run(undo({ ...argv, dryRun: argv['dry-run'] }, io)),
    )
    .command('stop', 'Stop the running gateway', plain, (argv) => run(stop(argv, io)))
    .command(
      'doctor',
      'Look at everything and probe every account; says what is wrong and what to do',
      (command) =>
        inALanguage(command).option('full', {
          type: 'boolean',
          default: false,
          describe: 'Also check all of the index and the bodies',
        }),
      (argv) => run(doctor(argv, io)),
    )
    .command(
      'backup <file>',
      'Save all the gateway knows in one file, also while it runs',
      (command) => fileAnd(command, 'The file to write', 'Write over a file that is there'),
      (argv) => run(backup(argv, io)),
    )
    .command(
      'restore <file>',
      'Go back to a backup; mail programs then fetch their lists anew',
      (command) => fileAnd(command, 'The file that backup wrote', 'Put aside what is there'),
      (argv) => run(restore(argv, io)),
    )
    .command(
      'password',
      'Show the password for mail clients; make it when there is none',
      (command) =>
        command
          .option('rotate', {
            type: 'boolean',
            default: false,
            describe: 'Make a new one; the old one is no longer valid',
          })
          .option('device', {
            type: 'string',
            requiresArg: true,
            describe: 'Of this one of login.devices',
          }),
      (argv) => run(password(argv, io)),
    )
    .command('cert', 'Show, export or renew the certificates', (command) => certCommands(command, io, run))
    .command('demo-server', 'One demo account alone, to test a mail program against', demoServerOptions, (argv) =>
      run(demoServer(argv, io)),
    )
    .demandCommand(1, 'a command is missing.')
    .strict()
    .epilogue(EPILOGUE)
    .version(version)
    .help()
    .exitProcess(false)
    .wrap(Math.min(100, io.columns()));
}

interface GlobalOptions {
  readonly config: string;
  readonly json: boolean;
}

const fileAnd = (command: Argv<GlobalOptions>, what: string, force: string) =>
  command
    .positional('file', { type: 'string', demandOption: true, describe: what })
    .option('force', { type: 'boolean', default: false, describe: force });

const undoOptions = (command: Argv<GlobalOptions>) =>
  inALanguage(command)
    .option('since', {
      type: 'string',
      requiresArg: true,
      describe:
        'All that was removed since: 30m, 2h, 3d, 10:30, 2026-03-01T10:30 (default: the last removal that is not back)',
    })
    .option('list', { type: 'boolean', default: false, describe: 'Only show what was removed, and what can come back' })
    .option('dry-run', { type: 'boolean', default: false, describe: 'Only show what would be brought back' });

function certCommands(command: Argv<GlobalOptions>, io: Io, run: (command: Promise<ExitCode>) => Promise<void>) {
  return command
    .command(['show', '$0'], 'Show the certificates', plain, (argv) => run(showCert(argv, io)))
    .command(
      'export',
      'Give the CA certificate to a mail program or a phone',
      (verb) =>
        verb
          .option('format', {
            choices: CA_FORMATS,
            default: 'pem' as const,
            describe: 'pem: Thunderbird, Linux; der: Android, Windows; mobileconfig: iPhone, iPad, Mac',
          })
          .option('out', {
            type: 'string',
            requiresArg: true,
            describe: 'File to write; standard output when left out',
          }),
      (argv) => run(exportCert({ config: argv.config, format: argv.format, out: argv.out }, io)),
    )
    .command(
      'reissue',
      'Make a new server certificate',
      (verb) =>
        verb.option('ca', {
          type: 'boolean',
          default: false,
          describe: 'A new CA too: every mail program must trust it anew',
        }),
      (argv) => run(reissueCert({ config: argv.config, json: argv.json, ca: argv.ca }, io)),
    );
}
