import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportCa, fingerprintOf } from '../../../src/tls/index.js';
import { issueCa } from '../../../src/tls/issue.js';

let ca = '';
let key = '';
beforeAll(async () => {
  const made = await issueCa('desk <&> 书房', new Date());
  ca = made.cert;
  key = made.key;
});

describe('exportCa', () => {
  it('pem and der are the certificate', () => {
    const raw = new X509Certificate(ca).raw;
    expect(new X509Certificate(Buffer.from(exportCa(ca, 'pem'))).raw.equals(raw)).toBe(true);
    expect(Buffer.from(exportCa(ca, 'der')).equals(raw)).toBe(true);
  });

  it("mobileconfig is Apple's profile with one root certificate", () => {
    const xml = Buffer.from(exportCa(ca, 'mobileconfig')).toString();
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>/);
    const base64 = /<data>([^<]+)<\/data>/.exec(xml)?.[1] ?? '';
    expect(new X509Certificate(Buffer.from(base64, 'base64')).fingerprint256).toBe(fingerprintOf(ca));
    expect(xml).toContain('<string>com.apple.security.root</string>');
    expect(xml).toContain('desk &lt;&amp;&gt; 书房');
    const uuids = [...xml.matchAll(/PayloadUUID<\/key>\s*<string>([^<]+)</g)].map((match) => match[1]);
    expect(uuids.length).toBe(2);
    expect(new Set(uuids).size).toBe(2);
    for (const uuid of uuids)
      expect(uuid).toMatch(/^[0-9A-F]{8}-[0-9A-F]{4}-5[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/);
    // Installing it again replaces it.
    expect(Buffer.from(exportCa(ca, 'mobileconfig')).toString()).toBe(xml);
  });

  it.each(['pem', 'der', 'mobileconfig'] as const)('%s never holds the key', (format) => {
    const secret = key.split('\n')[3] ?? 'no key';
    expect(Buffer.from(exportCa(ca, format)).toString('latin1')).not.toContain(secret);
  });

  it('fingerprint as mail programs show it', () =>
    expect(fingerprintOf(ca)).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/));
});
