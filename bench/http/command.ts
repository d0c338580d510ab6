/** A server of the bench, as it is started. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Whether it is one of Node's with an IPC channel, and answers with as many bytes as it is told. */
  readonly isEcho: boolean;
}
