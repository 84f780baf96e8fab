import { describeRealConnector } from '../support/real/contract.js';
import { startCourier } from '../support/real/courier.js';

describeRealConnector('Courier', () => startCourier({ users: ['contract'] }), {
  newsMs: 30_000,
  addsLineEnd: true,
  noSlashNames: true,
  renamesNothing: true,
});
