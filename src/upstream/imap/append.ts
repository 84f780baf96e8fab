// APPEND (RFC 9051 §6.3.12): the literal goes from the source to the socket piece by piece, never whole in memory.
import { type FlagSet, flagSetText } from '../../mail/flags.js';
import { asUpstreamUid } from '../../mail/ids.js';
import type { Appended, AppendSource } from '../connector.js';
import { lost } from './errors.js';
import { formatInternalDate } from './rows.js';
import { uint32Of } from './tokens.js';
import type { Reply, Wire } from './wire.js';

const CRLF = Buffer.from('\r\n');

/** How far the literal got. */
interface Sending {
  /** Everything but the closing CRLF was handed over: from here on the server may have the message. */
  isWhole: boolean;
  failure: { readonly cause: unknown } | undefined;
}

/** The synchronizing form on purpose: the server can refuse the size before a byte is sent. */
export async function append(
  wire: Wire,
  name: string,
  message: AppendSource,
  flags: FlagSet,
  internalDate: number | undefined,
): Promise<Appended> {
  const date = internalDate === undefined ? '' : ` ${formatInternalDate(internalDate)}`;
  const state: Sending = { isWhole: false, failure: undefined };
  let sending: Promise<void> | undefined;
  try {
    const reply = await wire.run('APPEND', [`${name} (${flagSetText(flags)})${date} {${message.sizeBytes}}`], {
      writes: true,
      onContinue: () => {
        sending ??= sendLiteral(wire, message, state);
      },
    });
    return appendedOf(reply);
  } catch (error) {
    // A refusal may come while the literal is still on its way; it has to be finished all the same.
    await sending;
    if (state.failure && !state.isWhole)
      throw lost('the message could not be sent whole', { cause: state.failure.cause });
    throw error;
  }
}

/** The message with a line end behind it; read once to find out whether it has one, since its size goes out first. */
export async function withLineEnd(message: AppendSource): Promise<AppendSource> {
  let end = '';
  for await (const piece of message.open()) end = (end + Buffer.from(piece.subarray(-2)).toString('latin1')).slice(-2);
  if (end === '\r\n') return message;
  return {
    sizeBytes: message.sizeBytes + CRLF.byteLength,
    async *open() {
      yield* message.open();
      yield CRLF;
    },
  };
}

/** Never rejects. Half a literal cannot be taken back: then the connection ends, and with it the command. */
async function sendLiteral(wire: Wire, message: AppendSource, state: Sending): Promise<void> {
  try {
    let sent = 0;
    for await (const piece of message.open()) {
      sent += piece.byteLength;
      if (sent > message.sizeBytes) break;
      await wire.bytes(piece);
    }
    if (sent !== message.sizeBytes)
      throw new Error(`the message is not ${message.sizeBytes} bytes long, as it was said to be`);
    state.isWhole = true;
    await wire.bytes(CRLF);
  } catch (cause) {
    state.failure = { cause };
    wire.destroy('the message could not be sent whole');
  }
}

/** APPENDUID (RFC 4315 §3). */
function appendedOf({ code, args }: Reply): Appended {
  const uid = code === 'APPENDUID' ? uint32Of(args[1]) : undefined;
  const uidValidity = code === 'APPENDUID' ? uint32Of(args[0]) : undefined;
  return uid && uidValidity ? { uidValidity, uid: asUpstreamUid(uid) } : { uidValidity: undefined, uid: undefined };
}
