import { fastmail } from './fastmail.js';
import { generic } from './generic.js';
import { gmail } from './gmail.js';
import { icloud } from './icloud.js';
import { netease } from './netease.js';
import { hotmail, outlook } from './outlook.js';
import type { Personality, PersonalityName } from './personality.js';
import { exmail, qq } from './qq.js';
import { yahoo } from './yahoo.js';

export const PERSONALITIES = {
  qq,
  exmail,
  gmail,
  outlook,
  hotmail,
  163: netease,
  icloud,
  yahoo,
  fastmail,
  generic,
} satisfies Readonly<Record<PersonalityName, Personality>>;

/** Of those there are, `hotmail` for `outlook` aside. */
export const PERSONALITY_NAMES = [
  'qq',
  'exmail',
  'gmail',
  'outlook',
  '163',
  'icloud',
  'yahoo',
  'fastmail',
  'generic',
] as const satisfies readonly PersonalityName[];
export type { HomeMailbox, Personality, PersonalityName } from './personality.js';
