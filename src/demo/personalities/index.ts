import { gmail } from './gmail.js';
import { hotmail } from './hotmail.js';
import type { Personality, PersonalityName } from './personality.js';
import { qq } from './qq.js';

export const PERSONALITIES = { qq, gmail, hotmail } satisfies Readonly<Record<PersonalityName, Personality>>;
export type { HomeMailbox, Personality, PersonalityName } from './personality.js';
