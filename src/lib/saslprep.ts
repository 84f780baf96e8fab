// Non-ASCII spaces (RFC 3454 table C.1.2), and what is mapped to nothing (B.1).
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g;
const NOTHING = /\u00ad|\u034f|\u1806|\u180b|\u180c|\u180d|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/g;

/**
 * A user name or password as SASL compares it (RFC 4013 §2.1, §2.2). Nothing is prohibited: what the profile forbids
 * compares as it is.
 */
export const saslPrep = (text: string): string => text.replace(SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
