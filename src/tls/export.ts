// The CA in the forms mail clients and phones take.
import { createHash, X509Certificate } from 'node:crypto';

export const CA_FORMATS = ['pem', 'der', 'mobileconfig'] as const;
export type CaFormat = (typeof CA_FORMATS)[number];

/** The CA certificate (never its key): `pem` for Thunderbird and Linux, `der` for Android and Windows, `mobileconfig` for Apple. */
export function exportCa(caPem: string, format: CaFormat): Uint8Array {
  const certificate = new X509Certificate(caPem);
  switch (format) {
    case 'pem':
      return Buffer.from(certificate.toString());
    case 'der':
      return certificate.raw;
    case 'mobileconfig':
      return Buffer.from(mobileConfig(certificate));
  }
}

/** SHA-256 of the certificate, as clients show it: `AB:CD:…`. */
export const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256;

const xmlText = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** The same certificate always gives the same UUIDs, so that installing a profile again replaces it. */
function uuidOf(certificate: X509Certificate, purpose: string): string {
  const hex = createHash('sha256').update(purpose).update(certificate.raw).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`.toUpperCase();
}

/** Apple's configuration profile with one payload of type com.apple.security.root. */
function mobileConfig(certificate: X509Certificate): string {
  // Not `subject`, which escapes whatever is not ASCII.
  const name = xmlText(String(certificate.toLegacyObject().subject.CN ?? 'Mail gateway local CA'));
  const base64 = certificate.raw.toString('base64').replace(/(.{64})(?=.)/g, '$1\n\t\t\t');
  const [payload, profile] = [uuidOf(certificate, 'payload'), uuidOf(certificate, 'profile')];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadCertificateFileName</key>
			<string>mail-gateway-ca.cer</string>
			<key>PayloadContent</key>
			<data>
			${base64}
			</data>
			<key>PayloadDescription</key>
			<string>Lets this device trust the mail gateway.</string>
			<key>PayloadDisplayName</key>
			<string>${name}</string>
			<key>PayloadIdentifier</key>
			<string>mail-gateway.ca.${payload}</string>
			<key>PayloadType</key>
			<string>com.apple.security.root</string>
			<key>PayloadUUID</key>
			<string>${payload}</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
	</array>
	<key>PayloadDescription</key>
	<string>Lets this device trust the mail gateway. The CA can vouch for private networks only.</string>
	<key>PayloadDisplayName</key>
	<string>${name}</string>
	<key>PayloadIdentifier</key>
	<string>mail-gateway.${profile}</string>
	<key>PayloadRemovalDisallowed</key>
	<false/>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>${profile}</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`;
}
