import { gmail } from './gmail.js';
import { hotmail } from './hotmail.js';
import type { Personality } from './personality.js';
import { qq } from './qq.js';

export const PERSONALITIES = { qq, gmail, hotmail } satisfies Readonly<Record<string, Personality>>;
export type PersonalityName = keyof typeof PERSONALITIES;
export type { HomeMailbox, Personality } from './personality.js';
