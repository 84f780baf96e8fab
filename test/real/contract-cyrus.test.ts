import { describeRealConnector } from '../support/real/contract.js';
import { startCyrus } from '../support/real/cyrus.js';

describeRealConnector('Cyrus', () => startCyrus({ users: ['contract'] }), { asciiHeaders: true });
