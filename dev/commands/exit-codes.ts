/** What the process ends with. */
export const exitCodes = {
  done: 0,
  /** What was asked for failed, or is not there; standard error says why. */
  failed: 1,
  /** The command line is mistaken; nothing was tried. */
  usage: 2,
  /** Ctrl-C before the end: 128 and the number of the signal, as shells have it. */
  interrupted: 130,
} as const;
