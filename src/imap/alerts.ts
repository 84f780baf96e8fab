// RFC 9051 §7.1, ALERT: what a person must be told whatever they are doing; once a session for each account.
import type { AccountAlert, Core } from '../core/core.js';
import { inLanguage, nameFor } from './language.js';
import type { Reply } from './reply.js';
import type { Session } from './session.js';

/** Tells what the session has not been told yet. */
export function tellAlerts(core: Core, session: Session, reply: Reply): void {
  const alerts = core.overview.alerts();
  const { alerts: told } = session;
  if (alerts === told.last || session.state.kind === 'notAuthenticated' || session.loggedOut) return;
  told.last = alerts;
  for (const alert of alerts) {
    const key = `${alert.kind} ${alert.account}`;
    if (told.ever.has(key)) continue;
    told.ever.add(key);
    reply.untagged(textOf(alert, session));
  }
}

function textOf({ account, kind, hasNotice }: AccountAlert, { language }: Session): string {
  const where = hasNotice() ? 'see the message in INBOX' : 'see "gateway status"';
  const what = kind === 'needsSignIn' ? 'needs you to sign in again' : 'cannot be reached';
  return inLanguage(`OK [ALERT] ${nameFor(account, language)} ${what}: ${where}`, language);
}
