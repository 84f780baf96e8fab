export {
  type CertificateOptions,
  type Certificates,
  certificatePaths,
  ensureCertificates,
  TlsError,
} from './certificates.js';
export { tlsServerOptions } from './context.js';
export { CA_FORMATS, type CaFormat, exportCa, fingerprintOf } from './export.js';
export { certificateNames, machineFacts } from './names.js';
