import type { Io } from '../../../src/cli/io.js';

/** Keeps what was printed. */
export function fakeIo({
  interactive = false,
  columns = 80,
} = {}): Io & { out: string[]; complaints: string[]; bytes: Uint8Array[] } {
  const [out, complaints, bytes]: [string[], string[], Uint8Array[]] = [[], [], []];
  return {
    out,
    complaints,
    bytes,
    print: (line) => void out.push(line),
    complain: (line) => void complaints.push(line),
    printBytes: (chunk) => void bytes.push(chunk),
    interactive,
    columns: () => columns,
  };
}
