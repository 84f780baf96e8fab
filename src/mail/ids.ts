// Branded numbers, so that a sequence number cannot be passed where a uid is meant (STYLE §2).

/** A uid the gateway gave a message in one of its own mailboxes (RFC 9051 §2.3.1.1): 1 … 2^32-1. */
export type Uid = number & { readonly __brand: 'Uid' };

/** A uid an upstream server gave a message in one source. */
export type UpstreamUid = number & { readonly __brand: 'UpstreamUid' };

/** A message sequence number in one session's view of a mailbox; only `imap/` knows it. */
export type Seq = number & { readonly __brand: 'Seq' };

/** Text in which every UTF-16 unit is one byte (0–255) as it goes on the wire; write it with encoding `latin1`. */
export type WireText = string & { readonly __brand: 'WireText' };

export const asUid = (value: number): Uid => value as Uid;
export const asUpstreamUid = (value: number): UpstreamUid => value as UpstreamUid;
export const asSeq = (value: number): Seq => value as Seq;

/** Bytes → WireText, one char per byte. */
export const wireText = (bytes: Uint8Array): WireText =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') as WireText;

/** WireText → bytes. */
export const wireBytes = (text: string): Buffer => Buffer.from(text, 'latin1');
