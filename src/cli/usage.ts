// What is said of a command line that makes no sense.
import { nearest } from '../lib/nearest.js';

const COMMANDS = [
  'start',
  'status',
  'accounts',
  'sync',
  'undo',
  'stop',
  'doctor',
  'backup',
  'restore',
  'password',
  'cert',
  'demo-server',
];

/** What yargs' types leave out: by its name, whatever the command that is being parsed has declared. */
export const optionsOf = (parser: unknown): string[] =>
  Object.keys((parser as { getOptions(): { readonly key: Readonly<Record<string, unknown>> } }).getOptions().key);

/** `options`: those that the command takes. */
export function usageText(message: string, args: readonly string[], options: readonly string[]): string {
  const command = args.find((arg) => !arg.startsWith('-'));
  if (message.startsWith('Not enough non-option arguments')) return `a FILE is missing: "gateway ${command} FILE"`;
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined) return message;
  if (unknown !== command) {
    const option = args.some((arg) => arg.startsWith(`--${unknown}`)) ? nearest(unknown, options) : undefined;
    return option === undefined ? message : `there is no option "--${unknown}": did you mean "--${option}"?`;
  }
  const meant = nearest(unknown, COMMANDS);
  return `there is no command "${unknown}"${meant ? `: did you mean "${meant}"?` : ''}`;
}
