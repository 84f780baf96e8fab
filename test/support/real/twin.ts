// A private Dovecot, a gateway that has it for its only account, and a client at each: for comparing their answers.
import { type GatewayProcess, startGatewayProcess } from '../gateway-process.js';
import { PlainImap } from '../plain-imap.js';
import { startDovecot } from './dovecot.js';
import { PASSWORD } from './server.js';

export interface Twin {
  readonly gateway: GatewayProcess;
  readonly theirs: PlainImap;
  readonly ours: PlainImap;
  stop(): Promise<void>;
}

const USER = 'someone';

/** @param fill puts into Dovecot what the gateway is to find at its start */
export async function startTwin(fill: (theirs: PlainImap) => Promise<void>): Promise<Twin> {
  const dovecot = await startDovecot({ users: [USER] });
  const { host, port } = dovecot;
  const theirs = await PlainImap.login({ host, port, user: USER, password: PASSWORD });
  await fill(theirs);
  const gateway = await startGatewayProcess({
    accounts: [
      {
        name: 'Dovecot',
        address: 'someone@dovecot.test',
        provider: 'generic',
        imap: { host, port, tls: 'none' },
        smtp: { host, port: 9, tls: 'none' },
        auth: { user: USER, password: PASSWORD },
      },
    ],
  });
  await gateway.synced();
  const ours = await gateway.login();
  return {
    ...{ gateway, theirs, ours },
    stop: async () => {
      for (const client of [theirs, ours]) client.close();
      await gateway.remove();
      await dovecot.stop();
    },
  };
}
