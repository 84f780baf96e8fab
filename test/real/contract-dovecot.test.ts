import { describeRealConnector } from '../support/real/contract.js';
import { startDovecot, WITHOUT_CONDSTORE } from '../support/real/dovecot.js';

describeRealConnector('Dovecot', () => startDovecot({ users: ['contract'] }), {});
describeRealConnector(
  'Dovecot without CONDSTORE and QRESYNC',
  () => startDovecot({ users: ['contract'], capability: WITHOUT_CONDSTORE }),
  {},
);
