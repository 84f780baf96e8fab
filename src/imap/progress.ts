// Signs of life while a command takes long (RFC 9585), so that neither the client nor a NAT takes the connection for dead.
import type { Reply } from './reply.js';

/** How long nothing must have been said before a sign is given, ms (RFC 9585 §3 asks for some seconds). */
export const PROGRESS_MS = 10_000;

/** Until the returned function is called, says `* OK [INPROGRESS ("tag" NIL NIL)]` whenever there has been silence. */
export function watchProgress(reply: Reply, tag: string, everyMs = PROGRESS_MS): () => void {
  let written = reply.bytesWritten;
  const timer = setInterval(() => {
    const isSilent = reply.bytesWritten === written;
    // In the middle of a literal, or to a client that does not read, there is nothing to say.
    if (isSilent && !reply.isMidLine && !reply.isFull) {
      reply.untagged(`OK [INPROGRESS ("${tag}" NIL NIL)] still at work`);
      reply.flush();
    }
    written = reply.bytesWritten;
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
