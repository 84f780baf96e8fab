// One account: the way to its servers, and then exactly what the gateway itself does there, but for changing anything.
import { createLoginKey } from '../../core/limits/login-key.js';
import { type Remedy, safeText, UpstreamError } from '../../mail/errors.js';
import type { Pause } from '../../store/pauses.js';
import { REMEDIES } from '../../upstream/providers/remedies.js';
import type { Upstream } from '../upstreams.js';
import * as words from './account-words.js';
import { type Finding, findings, quoted, type Said, said, same } from './finding.js';
import { type Found, probeWay } from './network.js';
import { failureSaid, NO_TLS_REMEDY, SAME_AS_READING, type Step, UNTRUSTED_REMEDY } from './network-words.js';

export interface AccountProbe {
  readonly upstream: Upstream;
  /** What the gateway has been told to wait for. */
  pause(side: 'imap' | 'smtp'): Pause | undefined;
  readonly timeoutMs: number;
  /** The gateway has had mail of it. */
  readonly hasWorked: boolean;
}

const IDLE_MS = 1_000;

/** One sign-in at most with a password that is refused: IMAP goes first, and SMTP only where IMAP was not refused. */
export async function probeAccount(probe: AccountProbe): Promise<Finding[]> {
  const [imap, smtp] = sameFaultOnce(await Promise.all([goThere(probe, 'imap'), goThere(probe, 'smtp')]));
  if (!hasPassword(probe.upstream)) {
    for (const [side, { found }] of [
      ['imap', imap],
      ['smtp', smtp],
    ] as const)
      found.push(findings(side, probe.upstream.name).note(words.NO_PASSWORD));
    return [...imap.found, ...smtp.found];
  }
  const refused = (await refusedBefore(probe, 'imap')) ?? (await refusedBefore(probe, 'smtp'));
  const held = { imap: heldBack(probe, 'imap', refused), smtp: heldBack(probe, 'smtp', refused) };
  let isRefused = false;
  if (held.imap) imap.found.push(held.imap);
  else if (imap.isOpen) {
    const { found, refusal } = await signInToRead(probe);
    imap.found.push(...found);
    isRefused = refusal;
  }
  if (held.smtp) smtp.found.push(held.smtp);
  else if (isRefused) smtp.found.push(findings('smtp', probe.upstream.name).note(words.NOT_TRIED));
  else if (smtp.isOpen) smtp.found.push(...(await signInToSend(probe)));
  return [...imap.found, ...smtp.found];
}

/** What keeps both sides away is one fault, with one remedy. */
function sameFaultOnce([imap, smtp]: [Found, Found]): [Found, Found] {
  const last = smtp.found.at(-1);
  if (imap.cause === undefined || imap.cause !== smtp.cause || !last) return [imap, smtp];
  const told = findings('smtp', last.account).note(SAME_AS_READING, last.evidence);
  return [imap, { ...smtp, found: [...smtp.found.slice(0, -1), told] }];
}

/** It cannot be looked up: said of the configuration already. */
function hasPassword({ login }: Upstream): boolean {
  try {
    login?.();
    return true;
  } catch {
    return false;
  }
}

function goThere({ upstream: { servers, name }, timeoutMs, hasWorked }: AccountProbe, side: 'imap' | 'smtp') {
  const { tlsOptions } = servers;
  return probeWay({ side, account: name, endpoint: servers[side], tlsOptions, timeoutMs, hasWorked });
}

interface Refused {
  readonly side: 'imap' | 'smtp';
  readonly pause: Pause;
}

/** A refused sign-in with the login of now, which the gateway itself does not try again yet. */
async function refusedBefore({ upstream, pause }: AccountProbe, side: 'imap' | 'smtp'): Promise<Refused | undefined> {
  const known = pause(side);
  if (!known || known.until <= Date.now() || known.error.kind !== 'auth') return undefined;
  const { loginKey } = known;
  if (loginKey !== undefined && !(await createLoginKey(upstream.login).matches(loginKey))) return undefined;
  return { side, pause: known };
}

/** Another refused sign-in, on either side, may lock the account: it is left alone as long as the gateway leaves it alone. */
function heldBack(
  { upstream, pause }: AccountProbe,
  side: 'imap' | 'smtp',
  refused: Refused | undefined,
): Finding | undefined {
  const say = findings(side, upstream.name);
  if (refused && refused.side !== side) return say.note(words.NOT_TRIED);
  if (refused) {
    const { error, until } = refused.pause;
    return say.bad(words.refusedBefore(until), remedyOf(error), saidOf(error));
  }
  const known = pause(side);
  if (!known || known.until <= Date.now() || known.error.kind === 'auth') return undefined;
  return say.note(words.pausedUntil(known.until), saidOf(known.error), remedyOf(known.error));
}

/** `refusal`: the server has answered the sign-in with anything but yes. */
async function signInToRead({ upstream, timeoutMs }: AccountProbe): Promise<{ found: Finding[]; refusal: boolean }> {
  const say = findings('imap', upstream.name);
  const found: Finding[] = [];
  let refusal = false;
  let isSignedIn = false;
  let what = words.SIGN_IN;
  let began = performance.now();
  const done = (evidence?: Said) => {
    found.push(say.ok(what.done, evidence, performance.now() - began));
    began = performance.now();
  };
  try {
    const session = await upstream.connector.connect(AbortSignal.timeout(timeoutMs));
    isSignedIn = true;
    try {
      const { words: capabilities, idle, uidplus, condstore } = session.capabilities;
      done(capabilities.includes('ID') ? words.ID_TOLD : undefined);
      what = words.CAPABILITIES;
      done(same(safeText(capabilities.join(' '))));
      if (!uidplus) found.push(say.note(words.NO_UIDPLUS));
      what = words.INBOX;
      const { exists } = await session.select(['INBOX']);
      done(words.messagesIn(exists, condstore));
      what = words.IDLE;
      if (idle) {
        await session.waitForChange({ signal: AbortSignal.timeout(timeoutMs), maxMs: IDLE_MS });
        done();
      } else found.push(say.note(words.NO_IDLE));
    } finally {
      await session.close();
    }
  } catch (error) {
    found.push(failed('imap', upstream.name, what, error));
    refusal = !isSignedIn && error instanceof UpstreamError && isAnswer(error);
  }
  return { found, refusal };
}

async function signInToSend({ upstream, timeoutMs }: AccountProbe): Promise<Finding[]> {
  const began = performance.now();
  try {
    await upstream.checkSubmission(AbortSignal.timeout(timeoutMs));
    return [findings('smtp', upstream.name).ok(words.SUBMISSION.done, words.NOTHING_SENT, performance.now() - began)];
  } catch (error) {
    return [failed('smtp', upstream.name, words.SUBMISSION, error)];
  }
}

function failed(area: 'imap' | 'smtp', account: string, { failed: what }: Step, error: unknown): Finding {
  if (!(error instanceof UpstreamError)) throw error;
  const say = findings(area, account);
  const isPause = error.kind === 'transient' && error.details.retryAfterMs !== undefined;
  return isPause ? say.note(what, saidOf(error), remedyOf(error)) : say.bad(what, remedyOf(error), saidOf(error));
}

/** The server's own words; else the gateway's, in Chinese where they are known in it. */
function saidOf({ message, details: { serverText, chinese } }: Pick<UpstreamError, 'message' | 'details'>): Said {
  if (serverText !== undefined && serverText !== '') return failureSaid(serverText);
  return chinese === undefined ? quoted(safeText(message)) : said(message, chinese);
}

/** What the provider's data say (providers/texts.ts), else by its kind. */
function remedyOf({ kind, details }: Pick<UpstreamError, 'kind' | 'details'>): Remedy {
  if (details.remedy) return details.remedy;
  if (details.code === 'CERTIFICATE') return UNTRUSTED_REMEDY;
  if (details.code === 'TLS') return NO_TLS_REMEDY;
  // What an older version wrote down, or a gateway that only says that it needs a sign-in.
  if (kind === 'auth') return REMEDIES.wrongPassword;
  return kind === 'permanent' ? words.SETTINGS_REMEDY : words.LATER_REMEDY;
}

/** Whatever kind it is taken for: a server may call a wrong password by many names. */
const isAnswer = ({ kind, details }: UpstreamError): boolean => kind === 'auth' || details.serverText !== undefined;
