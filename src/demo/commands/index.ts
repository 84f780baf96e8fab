// The table of commands. A new one costs its file and its place here.
import type { DemoCommand } from '../command.js';
import { anyCommands } from './any.js';
import { appendCommand } from './append.js';
import { expungeCommands } from './expunge.js';
import { fetchCommand } from './fetch.js';
import { idleCommand } from './idle.js';
import { listCommands } from './list.js';
import { loginCommands } from './login.js';
import { mailboxCommands } from './mailboxes.js';
import { searchCommand } from './search.js';
import { selectCommands } from './select.js';
import { statusCommand } from './status.js';
import { storeCommand } from './store.js';
import { transferCommands } from './transfer.js';

const COMMANDS: readonly DemoCommand[] = [
  ...anyCommands,
  ...loginCommands,
  ...listCommands,
  ...mailboxCommands,
  statusCommand,
  ...selectCommands,
  appendCommand,
  fetchCommand,
  storeCommand,
  searchCommand,
  ...transferCommands,
  ...expungeCommands,
  idleCommand,
];
const BY_NAME = new Map(COMMANDS.map((command) => [command.name, command]));

export function commandNamed(name: string, isUid: boolean): DemoCommand | undefined {
  const command = BY_NAME.get(name);
  return isUid && !command?.uid ? undefined : command;
}
