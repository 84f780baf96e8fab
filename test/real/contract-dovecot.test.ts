import { describeRealConnector } from '../support/real/contract.js';
import { startDovecot, WITHOUT_CONDSTORE } from '../support/real/dovecot.js';

describeRealConnector('Dovecot', () => startDovecot({ users: ['contract'] }), {
  can: { condstore: true, qresync: true, move: true, uidplus: true, idle: true },
});
describeRealConnector(
  'Dovecot without QRESYNC and MOVE',
  () =>
    startDovecot({ users: ['contract'], capability: 'IMAP4rev1 ID ENABLE IDLE NAMESPACE UIDPLUS CONDSTORE ESEARCH' }),
  { can: { condstore: true, qresync: false, move: false, uidplus: true, idle: true } },
);
describeRealConnector(
  'Dovecot without CONDSTORE and QRESYNC',
  () => startDovecot({ users: ['contract'], capability: WITHOUT_CONDSTORE }),
  { can: { condstore: false, qresync: false, move: true, uidplus: true, idle: true } },
);
describeRealConnector(
  'Dovecot without any extension',
  () => startDovecot({ users: ['contract'], capability: 'IMAP4rev1' }),
  { can: { condstore: false, qresync: false, move: false, uidplus: false, idle: false } },
  { pollMs: 100 },
);
