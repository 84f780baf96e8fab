// SELECT (RFC 9051 §6.3.2, RFC 7162 §3.1.2) and STATUS.
import { flagSetOf } from '../../mail/flags.js';
import type { SelectedSource, SourcePath, SourceStatus, UpstreamCapabilities } from '../connector.js';
import { cannot } from './errors.js';
import { type Paths, quoted } from './paths.js';
import {
  bigintOf,
  listOf,
  numberOf,
  responseCodeOf,
  type Token,
  type TokenList,
  textOf,
  textsOf,
  uint32Of,
} from './tokens.js';
import type { Wire } from './wire.js';

/** SELECT; the flags the server lists in FLAGS count as permanent where it sends no PERMANENTFLAGS (RFC 9051 §7.1). */
export async function selectSource(
  wire: Wire,
  paths: Paths,
  path: SourcePath,
  capabilities: UpstreamCapabilities,
): Promise<SelectedSource> {
  const codes = new Map<string, TokenList>();
  let exists = 0;
  let flags: string[] = [];
  const parameter = capabilities.condstore && !capabilities.qresync ? ' (CONDSTORE)' : '';
  const reply = await wire.run('SELECT', [quoted(paths.nameOf(path)) + parameter], {
    untagged: {
      EXISTS: (response) => {
        exists = uint32Of({ type: 'ATOM', value: response.command }) ?? 0;
      },
      FLAGS: (response) => {
        flags = textsOf(response.attributes?.[0]);
      },
      OK: (response) => {
        const code = responseCodeOf(response);
        if (code) codes.set(code.code, code.args);
      },
      EXPUNGE: () => undefined,
      VANISHED: () => undefined,
      FETCH: () => undefined,
    },
  });
  const uidValidity = uint32Of(codes.get('UIDVALIDITY')?.[0]);
  if (uidValidity === undefined) throw cannot('the server tells no UIDVALIDITY for this mailbox');
  const permanent = codes.has('PERMANENTFLAGS') ? textsOf(codes.get('PERMANENTFLAGS')?.[0]) : flags;
  const kept = flagSetOf(reply.code === 'READ-ONLY' ? [] : permanent);
  return {
    uidValidity,
    uidNext: uint32Of(codes.get('UIDNEXT')?.[0]),
    exists,
    highestModseq: capabilities.condstore ? bigintOf(codes.get('HIGHESTMODSEQ')?.[0]) : undefined,
    permanentSystemFlags: kept.system,
    keepsNewKeywords: reply.code !== 'READ-ONLY' && permanent.includes('\\*'),
    keepsKeywords: kept.keywords.map((keyword) => keyword.toLowerCase()),
  };
}

/** STATUS; whatever the server leaves out (QQ and 163 do) is undefined. */
export async function statusOf(
  wire: Wire,
  paths: Paths,
  path: SourcePath,
  capabilities: UpstreamCapabilities,
): Promise<SourceStatus> {
  const items = new Map<string, Token>();
  const wanted = `(MESSAGES UIDNEXT UIDVALIDITY${capabilities.condstore ? ' HIGHESTMODSEQ' : ''})`;
  await wire.run('STATUS', [quoted(paths.nameOf(path)), wanted], {
    untagged: {
      STATUS: (response) => {
        const list = listOf(response.attributes?.[1]) ?? [];
        for (let i = 0; i + 1 < list.length; i += 2)
          items.set(textOf(list[i])?.toUpperCase() ?? '', list[i + 1] ?? null);
      },
    },
  });
  return {
    messages: numberOf(items.get('MESSAGES')),
    uidNext: uint32Of(items.get('UIDNEXT')),
    uidValidity: uint32Of(items.get('UIDVALIDITY')),
    highestModseq: bigintOf(items.get('HIGHESTMODSEQ')),
  };
}
