// A little room kept for bad days: a gateway that is started on a full disk needs some to open its index at all (the -shm
// file, and what is written at every start). It is given up then, and taken again when there is room.
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DiskError } from '../mail/errors.js';

const RESERVE_BYTES = 1024 * 1024;
/** With less than this, what fails does so for want of room, whatever it says. */
const NO_ROOM_BYTES = 64 * 1024;
/** With less than this a start might not get through what it writes. */
const SHORT_BYTES = 512 * 1024;

/** Beside the database. */
export interface Reserve {
  /** Takes the room, unless it is taken. @throws {DiskError}, Node's ENOSPC … when it would leave too little; it then takes nothing */
  take(): void;
  /** False if there was none to give up. */
  giveUp(): boolean;
  isRoomLeft(): boolean;
  /** Too little for a start. */
  isShort(): boolean;
}

export function reserveBeside(file: string): Reserve {
  const path = join(dirname(file), 'reserve');
  const sizeOf = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const roomBytes = () => {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize;
  };
  return {
    take: () => {
      if (sizeOf() >= RESERVE_BYTES) return;
      if (roomBytes() < RESERVE_BYTES + SHORT_BYTES) throw new DiskError('full');
      try {
        writeDurably(path, RESERVE_BYTES);
      } catch (error) {
        rmSync(path, { force: true });
        throw error;
      }
    },
    giveUp: () => {
      if (sizeOf() === 0) return false;
      rmSync(path);
      return true;
    },
    isRoomLeft: () => roomBytes() >= NO_ROOM_BYTES,
    isShort: () => roomBytes() < SHORT_BYTES,
  };
}

/** Ones, brought to the disk: zeros might be kept as a hole. */
export function writeDurably(path: string, sizeBytes: number): void {
  const handle = openSync(path, 'w', 0o600);
  try {
    const bytes = Buffer.alloc(sizeBytes, 1);
    for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
