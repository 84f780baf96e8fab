// NeoMutt on a terminal, set up for the gateway as a user would.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GatewayProcess } from '../gateway-process.js';
import { startTerminal, type Terminal } from './terminal.js';

export interface NeomuttOptions {
  readonly from: string;
  /** Further lines of its configuration. */
  readonly settings?: readonly string[];
}

export interface Neomutt extends Terminal {
  /** Waits until the status line tells so; what is left out may be anything. */
  status(wanted: { mailbox?: string; messages?: number; unread?: number; shown?: string }): Promise<void>;
  /** Puts the cursor on the only message with the subject. */
  goTo(subject: string): Promise<void>;
  /** Answers a question of the bottom line. */
  answer(question: RegExp, ...keys: readonly string[]): Promise<void>;
  /** Leaves without writing what is not written yet. */
  quit(): Promise<void>;
  /** What it has said and heard on the wire. */
  dialogue(): string;
}

export async function startNeomutt(gateway: GatewayProcess, options: NeomuttOptions): Promise<Neomutt> {
  const directory = join(gateway.directory, 'neomutt');
  mkdirSync(join(directory, 'cache'), { recursive: true });
  const editor = join(directory, 'editor');
  writeFileSync(editor, '#!/bin/sh\nprintf "Written in NeoMutt: 你好\\n" >>"$1"\n');
  chmodSync(editor, 0o755);
  const file = join(directory, 'neomuttrc');
  writeFileSync(file, configuration(gateway, directory, editor, options));
  const log = join(directory, 'debug');
  const terminal = await startTerminal(`/usr/bin/neomutt -n -F ${file} -d 3 -l ${log}`, { HOME: directory });
  const answer = async (question: RegExp, ...keys: readonly string[]) => {
    await terminal.shows(question);
    await terminal.keys(...keys);
  };
  return {
    ...terminal,
    async status({ mailbox = '\\S+', messages, unread, shown = '[^;]*' }) {
      const count = (number: number | undefined) => number ?? '\\d+';
      await terminal.shows(
        new RegExp(`BOX \\S*${mailbox} ALL ${count(messages)} NEW ${count(unread)} LIMIT ${shown};`),
      );
    },
    async goTo(subject) {
      await terminal.keys('/');
      await answer(/Search for:/, `~s "${subject}"`, 'Enter');
      // The cursor is the only thing in reverse; an arrow is plain text.
      await terminal.shows(new RegExp(`^->.* ${subject}$`, 'm'));
    },
    answer,
    async quit() {
      await terminal.keys('x');
      await terminal.ended();
    },
    dialogue: () => (existsSync(`${log}0`) ? readFileSync(`${log}0`, 'utf8') : ''),
  };
}

const configuration = (
  { ports, user, password, caFile }: GatewayProcess,
  directory: string,
  editor: string,
  { from, settings = [] }: NeomuttOptions,
): string => `
set imap_user="${user}" imap_pass="${password}" smtp_pass="${password}"
set folder="imaps://localhost:${ports.imaps}/" spoolfile="+INBOX" record="+Sent" postponed="+Drafts" trash="+Trash"
set smtp_url="smtps://${user}@localhost:${ports.smtps}/"
set certificate_file="${caFile}" ssl_force_tls=yes
set header_cache="${directory}/cache"
set from="${from}" realname="Me" use_from=yes envelope_from=yes
# Only IDLE can bring news: NOOP is not due within the test. The keyboard is waited for one second at a time.
set imap_idle=yes timeout=1 mail_check=600 imap_keepalive=900
set delete=yes confirm_append=no auto_tag=no wait_key=no mark_old=no sort=mailbox-order arrow_cursor=yes
set editor="${editor}" abort_unmodified=no fast_reply=no autoedit=no edit_headers=no
set index_format="%C %Z %s" status_format="BOX %D ALL %m NEW %u LIMIT %V;" pager_index_lines=0 help=no
set status_on_top=no
${settings.join('\n')}
`;
