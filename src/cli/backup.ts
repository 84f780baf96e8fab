// gateway backup, gateway restore
import { existsSync } from 'node:fs';
import { loadConfig } from '../config/index.js';
import { CliError, ExitCode, type Io } from './io.js';
import { count } from './text.js';

type PutAside = NonNullable<Awaited<ReturnType<typeof import('../gateway/backup.js')['restore']>>['before']>;

export interface BackupOptions {
  readonly config: string;
  readonly json: boolean;
  readonly file: string;
  readonly force: boolean;
}

const HINT = 'Every mail program fetches its lists anew, once. Start it with "gateway start".';

export async function backup({ config: path, json, file, force }: BackupOptions, io: Io): Promise<ExitCode> {
  const config = loadConfig(path, { lazySecrets: true });
  if (!force && existsSync(file)) throw new CliError(`${file} is there already: give another name, or --force`);
  const { backUp } = await import('../gateway/backup.js');
  const facts = backUp(config, file);
  if (json) io.print(JSON.stringify({ event: 'backedUp', file, ...facts }));
  else {
    io.print(
      `${file}: ${count(facts.mailboxes)} mailboxes, ${count(facts.messages)} messages, ${count(facts.owed)} changes not yet carried out.`,
    );
    io.print('It holds no passwords and not the configuration: keep those apart.');
  }
  return ExitCode.ok;
}

export async function restore({ config: path, json, file, force }: BackupOptions, io: Io): Promise<ExitCode> {
  const config = loadConfig(path, { lazySecrets: true });
  const restoring = await import('../gateway/backup.js');
  const facts = await restoring.restore(config, file, { force });
  if (json) io.print(JSON.stringify({ event: 'restored', ...facts }));
  else {
    io.print(
      `Restored: ${count(facts.mailboxes)} mailboxes, ${count(facts.messages)} messages, ${count(facts.owed)} changes to be carried out.`,
    );
    if (facts.before !== undefined) for (const line of asideLines(facts.before)) io.print(line);
    io.print(HINT);
  }
  return ExitCode.ok;
}

/** What has been put aside, and what of it would be lost with it. */
export function asideLines({ path, owed, owedText }: PutAside): string[] {
  const where = `What was there before is in ${path}`;
  const back = `stop the gateway and run "gateway restore ${path} --force"`;
  if (owed === undefined) return [`${where}; it cannot be read, so it may hold mail that has not been sent: keep it.`];
  if (owedText === '') return [`${where}; it owed nothing: delete it when all is well.`];
  return [
    `${where}. It still held ${owedText}: none of this is in what has been restored, and none of it will be carried out.`,
    `To have it carried out after all, ${back}. Do not delete it before that.`,
  ];
}
