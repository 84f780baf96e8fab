// What a demo upstream says and does, as data: no personality has code of its own.
import type { Role } from '../../mail/roles.js';
import type { Quirks } from '../quirks.js';

/** A mailbox every account of the provider has. */
export interface HomeMailbox {
  /** Unicode, levels divided by `/`. */
  readonly name: string;
  readonly role?: Role;
  /** LIST does not tell the role: the name alone does. */
  readonly isUnmarked?: true;
  /** False: only a level above others. */
  readonly selectable?: boolean;
}

/** `hotmail` is `outlook` under the name it had first. */
export type PersonalityName =
  | 'qq'
  | 'exmail'
  | 'gmail'
  | 'outlook'
  | 'hotmail'
  | '163'
  | 'icloud'
  | 'yahoo'
  | 'fastmail'
  | 'generic';

export interface Personality {
  readonly name: PersonalityName;
  /** Whose sample mail it holds. */
  readonly samples: 'qq' | 'gmail' | 'hotmail';
  /** The address of a demo account that was given none. */
  readonly address: string;
  /** Behind `* OK `. */
  readonly greeting: string;
  readonly capabilities: {
    /** Answer to CAPABILITY before the login. */
    readonly beforeLogin: string;
    readonly afterLogin: string;
    /** How the login tells them: in an untagged line before its OK, or not at all. */
    readonly toldAtLogin: 'untagged' | 'no';
  };
  readonly texts: {
    readonly capabilityOk: string;
    /** `{user}` stands for the login name. */
    readonly loginOk: string;
    readonly loginRefused: string;
    readonly bye: string;
  };
  /** The parameters of an ID answer. */
  readonly id: string;
  /** In the order LIST shows them; INBOX first. */
  readonly mailboxes: readonly HomeMailbox[];
  /** Where the sample mail's own folders and labels are made. */
  readonly folderParent: string;
  readonly appendLimit: number | undefined;
  readonly smtp: {
    /** The greeting is `220 host ESMTP banner`. */
    readonly host: string;
    readonly banner: string;
    readonly sizeLimit: number;
    readonly loginRefused: string;
  };
  readonly quirks: Quirks;
}
