import type { MessageBody } from '../../core/core.js';
import { type MimePart, parseMime } from '../../mail/mime.js';

/** A message whose bytes are being answered from: loaded and taken apart at most once, and only when asked. */
export interface OpenMessage {
  readonly body: MessageBody;
  /** The bytes if they have been loaded already. */
  readonly loaded: Uint8Array | undefined;
  bytes(): Promise<Uint8Array>;
  root(): Promise<MimePart>;
}

export function openMessage(body: MessageBody): OpenMessage {
  let loaded: Uint8Array | undefined;
  let root: MimePart | undefined;
  const bytes = async (): Promise<Uint8Array> => {
    loaded ??= await body.bytes();
    return loaded;
  };
  return {
    body,
    get loaded() {
      return loaded;
    },
    bytes,
    root: async () => {
      root ??= parseMime(await bytes());
      return root;
    },
  };
}
