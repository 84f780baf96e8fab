// Carries what one socket sends to another, each piece `delayMs` after it came; no limit on how much is under way but
// what keeps memory bounded.
import type { Socket } from 'node:net';

export interface DelayLineOptions {
  readonly from: Socket;
  readonly to: Socket;
  readonly delayMs: number;
  readonly onChunk: (chunk: Buffer) => void;
}

const MAX_UNDER_WAY = 32 * 1024 * 1024;

interface Piece {
  /** undefined: the sender has finished. */
  readonly chunk: Buffer | undefined;
  readonly due: number;
}

export function joinDelayed({ from, to, delayMs, onChunk }: DelayLineOptions): void {
  const pieces: Piece[] = [];
  let underWay = 0;
  let isBlocked = false;
  let isFinished = false;
  let timer: NodeJS.Timeout | undefined;

  const deliver = (): void => {
    timer = undefined;
    for (let piece = pieces[0]; piece && !isBlocked; piece = pieces[0]) {
      const left = piece.due - performance.now();
      // Timers have whole milliseconds; what is due within half of one is due.
      if (left > 0.5) {
        timer = setTimeout(deliver, left);
        return;
      }
      pieces.shift();
      if (piece.chunk === undefined) {
        isFinished = true;
        to.end();
        return;
      }
      underWay -= piece.chunk.length;
      isBlocked = !to.write(piece.chunk);
    }
    if (underWay < MAX_UNDER_WAY && from.isPaused()) from.resume();
  };
  const put = (chunk: Buffer | undefined): void => {
    pieces.push({ chunk, due: performance.now() + delayMs });
    underWay += chunk?.length ?? 0;
    if (underWay >= MAX_UNDER_WAY) from.pause();
    if (delayMs === 0) deliver();
    else timer ??= setTimeout(deliver, delayMs);
  };
  from.on('data', (chunk) => {
    onChunk(chunk);
    put(chunk);
  });
  from.on('end', () => put(undefined));
  to.on('drain', () => {
    isBlocked = false;
    deliver();
  });
  to.on('close', () => {
    clearTimeout(timer);
    // After a proper end the other direction may still be under way.
    if (!isFinished) from.destroy();
  });
  from.on('close', () => {
    if (!from.readableEnded) to.destroy();
  });
}
