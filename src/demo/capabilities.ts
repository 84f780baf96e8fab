// Which words an upstream tells, by its personality and the switches that change them.
import type { Personality } from './personalities/index.js';

/** The words of CAPABILITY before or after the login. */
export function capabilityWords({ capabilities, quirks }: Personality, isSignedIn: boolean): string[] {
  const told = isSignedIn
    ? (quirks.postLoginCaps ?? capabilities.afterLogin)
    : (quirks.greetingCaps ?? capabilities.beforeLogin);
  return told.split(' ').filter((word) => !(quirks.noIdle && word === 'IDLE'));
}

/** Behind `* OK `. */
export function greetingText({ greeting, quirks: { greetingCaps } }: Personality): string {
  if (greetingCaps === undefined) return greeting;
  return `[CAPABILITY ${greetingCaps}] ${greeting.replace(/^\[[^\]]*\] /, '')}`;
}
