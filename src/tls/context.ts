import type { SecureContextOptions } from 'node:tls';
import type { Certificates } from './certificates.js';

/** What both front ends give node's TLS server: our certificate, TLS 1.2 or later. */
export const tlsServerOptions = ({ key, cert }: Pick<Certificates, 'key' | 'cert'>): SecureContextOptions => ({
  key,
  cert,
  minVersion: 'TLSv1.2',
  honorCipherOrder: true,
});
