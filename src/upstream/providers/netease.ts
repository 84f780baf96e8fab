// NetEase: 163, 126, yeah.net (Coremail; providers.md §5).
import { GENERIC_TRAITS } from './generic.js';
import type { Provider } from './provider.js';
import { COMMON_TEXTS, HOUR, MINUTE, says } from './texts.js';

const neteaseAt = (domain: string): Provider => ({
  name: domain.split('.')[0] ?? domain,
  domains: [domain],
  sign: /Coremail|\bX-CM-EXT-1\b/i,
  imap: { host: `imap.${domain}`, port: 993, tls: 'implicit' },
  smtp: { host: `smtp.${domain}`, port: 465, tls: 'implicit' },
  traits: {
    ...GENERIC_TRAITS,
    provider: domain.split('.')[0] ?? domain,
    maxConnections: 2,
    pollMs: 55_000,
    // The figure is nowhere told; it is QQ's.
    budgets: { loginsPer15Minutes: 16 },
    searchTrusted: false,
    maxCommandBytes: 2_000,
    // Quirk(163): SELECT is "Unsafe Login" for a client that has not said who it is.
    idAfterLogin: true,
    // Quirk(163): there is no IDLE, and NOOP does not reset the idle timer.
    statusKeepsAlive: true,
    loginRetryMs: 15 * 60_000,
    texts: [
      says(/login frequency limited/i, 'loginFrequency', 'transient', 15 * MINUTE),
      says(/too much fail authentication/i, 'loginFrequency', 'transient', HOUR),
      says(/mail from must equal authorized user/i, 'fromNotAllowed', 'permanent'),
      says(/^(?:451 )?MI:SFQ/, 'throttle', 'transient', 15 * MINUTE),
      says(/^(?:451 )?(?:MI:DMC|RP:QRC)/, 'throttle', 'transient', MINUTE),
      says(/^451 DT:SPM/, 'throttle', 'transient', 2 * MINUTE),
      says(/^554 DT:SPM/, 'contentRefused', 'permanent'),
      says(/MI:STC/, 'sendingLimit', 'transient', 6 * HOUR),
      says(/HL:(?:ICC|IFC)/, 'throttle', 'transient', HOUR),
      ...COMMON_TEXTS,
    ],
  },
});

/** One provider a domain: each has its own hosts. */
export const netease: readonly Provider[] = ['163.com', '126.com', 'yeah.net'].map(neteaseAt);
