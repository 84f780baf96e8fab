// What an upstream can be like while its connections stand, or fall, behind a TCP proxy: for tests that one bad account is no
// other's trouble.
import type { TcpProxy } from './tcp-proxy.js';

export interface BadUpstream {
  readonly is: string;
  /** Nothing that is owed to it can be carried out, nor given up, while it is so. */
  readonly isStuck: boolean;
  /** It refuses the login, and is left alone for a while (core/sync/gate.ts). */
  readonly isLocked?: boolean;
  make(proxy: TcpProxy): void;
}

/** Of tagged answers, on connections old and new; those before and at the login too. */
const answering = (proxy: TcpProxy, say: (tag: string) => string): void => {
  proxy.rewrite = (response) => {
    const tag = /^([A-Za-z0-9]+) OK /.exec(response)?.[1];
    return tag === undefined ? response : say(tag);
  };
};

const stuck = (is: string, make: (proxy: TcpProxy) => void): BadUpstream => ({ is, isStuck: true, make });
const locked = (is: string, make: (proxy: TcpProxy) => void): BadUpstream => ({
  is,
  isStuck: true,
  isLocked: true,
  make,
});
const slow = (is: string, make: (proxy: TcpProxy) => void): BadUpstream => ({ is, isStuck: false, make });

export const BAD_UPSTREAMS: readonly BadUpstream[] = [
  stuck('refuses connections', (proxy) => proxy.down()),
  stuck('hangs', (proxy) => proxy.hang()),
  stuck('hangs, and every connection is new', (proxy) => {
    proxy.cut();
    proxy.hang();
  }),
  stuck('cuts every connection after 300 bytes', (proxy) => {
    proxy.bytesPerConnection = 300;
  }),
  stuck('half-closes every connection', (proxy) => {
    proxy.rewrite = (response) => {
      proxy.halfClose();
      return response;
    };
    proxy.halfClose();
  }),
  stuck('answers NO to everything', (proxy) => answering(proxy, (tag) => `${tag} NO [UNAVAILABLE] not now\r\n`)),
  // Refused for good: put back.
  slow('answers BAD to everything', (proxy) => answering(proxy, (tag) => `${tag} BAD what is this\r\n`)),
  stuck('says BYE to everything', (proxy) => {
    proxy.rewrite = () => '* BYE going down for maintenance\r\n';
  }),
  stuck('talks garbage', (proxy) => {
    proxy.rewrite = () => '\u0000\u00ff{9999999999}((" garbage\r\n*\r\n+\r\n';
  }),
  stuck('talks garbage without end', (proxy) => {
    proxy.rewrite = (response) => 'x'.repeat(4096) + response.replaceAll('\r\n', '\n');
  }),
  locked('refuses the login', (proxy) => {
    answering(proxy, (tag) => `${tag} NO [AUTHENTICATIONFAILED] wrong password\r\n`);
    proxy.cut();
  }),
  locked('lets the session expire, and refuses the token', (proxy) => {
    proxy.say('* BYE session expired, please log in again\r\n');
    proxy.rewrite = (response) => response.replace(/^([A-Za-z0-9]+) OK .*/s, '$1 NO [EXPIRED] token expired\r\n');
    proxy.cut();
  }),
  slow('sends malformed FETCH responses', (proxy) => {
    proxy.rewrite = (response) => response.replace(/^\* (\d+) FETCH \(/, '* $1 FETCH (UID ((( ');
  }),
  slow('has a round trip of 300 ms', (proxy) => {
    proxy.delayMs = 150;
  }),
  slow('gives 2 kB a second', (proxy) => {
    proxy.bytesPerSecond = 2_000;
  }),
];
