// What CONDSTORE and QRESYNC change in a session (RFC 7162).
import type { Reply } from './reply.js';
import type { Session } from './session.js';

/**
 * A command that enables CONDSTORE (RFC 7162 §3.1) has come: from now on flags are told with their MODSEQ. A mailbox
 * that is selected already tells where it stands.
 */
export function enableCondstore(session: Session, reply: Reply): void {
  if (session.enabled.has('CONDSTORE')) return;
  session.enabled.add('CONDSTORE');
  if (session.state.kind === 'selected') {
    reply.untagged(`OK [HIGHESTMODSEQ ${session.state.selected.modseq}] modification sequences are told from now on`);
  }
}

/**
 * HIGHESTMODSEQ for the tagged OK of a command that removed messages (RFC 7162 §3.2.7, §3.2.9), if the client has enabled
 * what it goes with.
 */
export const highestModseqCode = (
  session: Session,
  modseq: number,
  word: 'CONDSTORE' | 'QRESYNC' = 'QRESYNC',
): { code: string } | undefined => (session.enabled.has(word) ? { code: `HIGHESTMODSEQ ${modseq}` } : undefined);
