// What a client may take (providers.md §13.29): little until it is known who it is.

export const BEFORE_LOGIN = {
  lineBytes: 8 * 1024,
  literalBytes: 4 * 1024,
  /** Of a line that is no command: a SASL response. */
  answerBytes: 8 * 1024,
  /** Of commands that wait while another runs. */
  readAheadBytes: 16 * 1024,
  idleMs: 60_000,
  badCommands: 20,
  commands: 50,
};

export const AFTER_LOGIN = {
  lineBytes: 64 * 1024,
  literalBytes: 64 * 1024,
  /** IDLE's DONE, or what a client that has lost its way says instead. */
  answerBytes: 1024,
  readAheadBytes: 256 * 1024,
  idleMs: 31 * 60_000,
  badCommands: 100,
  commands: Number.POSITIVE_INFINITY,
};

/** However slowly it speaks, a client has logged in by then, or is gone. */
export const LOGIN_MS = 3 * 60_000;

/** How long a client may take, after LOGOUT, to read what is left and to close its side. */
export const LOGGED_OUT_MS = 10_000;
