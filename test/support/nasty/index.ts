// The nasty messages of the differential test: several hundred, the same every time.
import { BROKEN } from '../broken-messages.js';
import { NASTY_BYTES } from './bytes.js';
import { NASTY_HEADERS } from './headers.js';
import { NASTY_PARTS } from './mime.js';
import type { Nasty } from './nasty.js';
import { randomMessages } from './random.js';
import { NASTY_TREES } from './trees.js';

export type { Nasty } from './nasty.js';

export const NASTY_MESSAGES: readonly Nasty[] = [
  ...NASTY_HEADERS,
  ...NASTY_PARTS,
  ...NASTY_TREES,
  ...NASTY_BYTES,
  ...BROKEN,
  ...randomMessages(100, 1),
];
