// One account: the way to its servers, and then exactly what the gateway itself does there, but for changing anything.
import { createLoginKey } from '../../core/limits/login-key.js';
import { whenText } from '../../lib/when.js';
import { UpstreamError } from '../../mail/errors.js';
import type { Pause } from '../../store/pauses.js';
import { REMEDIES } from '../../upstream/providers/remedies.js';
import type { Upstream } from '../upstreams.js';
import { type Finding, findings, type Said, said } from './finding.js';
import { probeWay } from './network.js';
import { NO_TLS_REMEDY, UNTRUSTED_REMEDY, withoutInternals } from './network-remedies.js';

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
  const [imap, smtp] = await Promise.all([goThere(probe, 'imap'), goThere(probe, 'smtp')]);
  if (!hasPassword(probe.upstream)) {
    for (const [side, { found }] of [
      ['imap', imap],
      ['smtp', smtp],
    ] as const)
      found.push(findings(side, probe.upstream.name).note(NO_PASSWORD));
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
  else if (isRefused) smtp.found.push(findings('smtp', probe.upstream.name).note(NOT_TRIED));
  else if (smtp.isOpen) smtp.found.push(...(await signInToSend(probe)));
  return [...imap.found, ...smtp.found];
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
  if (refused && refused.side !== side) return say.note(NOT_TRIED);
  if (refused) {
    const { error, until } = refused.pause;
    return say.bad(
      said(
        `signing in was refused before: not tried again before ${whenText(until)}, lest the account be locked`,
        `此前登录被拒绝：为免账号被锁，${whenText(until)} 之前不再尝试`,
      ),
      remedyOf(error),
      error.details.serverText ?? error.message,
    );
  }
  const known = pause(side);
  if (!known || known.until <= Date.now() || known.error.kind === 'auth') return undefined;
  return say.note(
    said(
      `the provider wants a pause until ${whenText(known.until)}: not tried`,
      `服务商要求暂停至 ${whenText(known.until)}：未尝试`,
    ),
    known.error.details.serverText ?? known.error.message,
    remedyOf(known.error),
  );
}

/** `refusal`: the server has answered the sign-in with anything but yes. */
async function signInToRead({ upstream, timeoutMs }: AccountProbe): Promise<{ found: Finding[]; refusal: boolean }> {
  const say = findings('imap', upstream.name);
  const found: Finding[] = [];
  let refusal = false;
  let isSignedIn = false;
  let what = said('signing in', '登录');
  let began = performance.now();
  const done = (evidence: string) => {
    found.push(say.ok(what, evidence, performance.now() - began));
    began = performance.now();
  };
  try {
    const session = await upstream.connector.connect(AbortSignal.timeout(timeoutMs));
    isSignedIn = true;
    try {
      const { words, idle, uidplus, condstore } = session.capabilities;
      done(words.includes('ID') ? 'ID told' : '');
      what = said('what the server can do', '服务器功能');
      done(words.join(' '));
      if (!uidplus) found.push(say.note(NO_UIDPLUS));
      what = said('opening INBOX', '打开收件箱');
      const { exists } = await session.select(['INBOX']);
      done(`${exists} ${exists === 1 ? 'message' : 'messages'}${condstore ? ', CONDSTORE' : ''}`);
      what = said('being told of new mail at once (IDLE)', '新邮件即时通知（IDLE）');
      if (idle) {
        await session.waitForChange({ signal: AbortSignal.timeout(timeoutMs), maxMs: IDLE_MS });
        done('');
      } else found.push(say.note(NO_IDLE));
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
  const what = said('signing in to send', '发信登录');
  const began = performance.now();
  try {
    await upstream.checkSubmission(AbortSignal.timeout(timeoutMs));
    return [findings('smtp', upstream.name).ok(what, 'nothing was sent', performance.now() - began)];
  } catch (error) {
    return [failed('smtp', upstream.name, what, error)];
  }
}

function failed(area: 'imap' | 'smtp', account: string, what: Said, error: unknown): Finding {
  if (!(error instanceof UpstreamError)) throw error;
  const evidence = withoutInternals(error.details.serverText ?? error.message);
  const say = findings(area, account);
  const isPause = error.kind === 'transient' && error.details.retryAfterMs !== undefined;
  return isPause ? say.note(what, evidence, remedyOf(error)) : say.bad(what, remedyOf(error), evidence);
}

/** What the provider's data say (providers/texts.ts), else by its kind. */
function remedyOf({ kind, details }: Pick<UpstreamError, 'kind' | 'details'>): Said {
  if (details.remedy) return details.remedy;
  if (details.code === 'CERTIFICATE') return UNTRUSTED_REMEDY;
  if (details.code === 'TLS') return NO_TLS_REMEDY;
  // What an older version wrote down, or a gateway that only says that it needs a sign-in.
  if (kind === 'auth') return REMEDIES.wrongPassword;
  if (kind === 'permanent')
    return said(
      'Check host, port, "tls" and "serverCertificate" of this account in the configuration.',
      '请检查该账号配置中的主机、端口、"tls" 和 "serverCertificate"。',
    );
  return said('Try again later; the gateway does so by itself.', '请稍后再试；网关会自动重试。');
}

/** Whatever kind it is taken for: a server may call a wrong password by many names. */
const isAnswer = ({ kind, details }: UpstreamError): boolean => kind === 'auth' || details.serverText !== undefined;

const NOT_TRIED = said(
  'signing in was refused with the same login: not tried, lest the account be locked',
  '相同的登录信息已被拒绝：未尝试，以免账号被锁',
);
const NO_PASSWORD = said(
  'not signed in: the password cannot be read (see Configuration)',
  '未登录：无法读取密码（见“配置”）',
);
const NO_IDLE = said(
  'no IDLE: the gateway looks for new mail every few minutes',
  '不支持 IDLE：网关每隔几分钟检查一次新邮件',
);
const NO_UIDPLUS = said(
  'no UIDPLUS: messages are deleted by moving them to Trash, never for good',
  '不支持 UIDPLUS：删除邮件时只移到已删除，不会彻底删除',
);
