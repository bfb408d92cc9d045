/** What a handler knows of who called it: enough to speak to the user and to stop in time, and no Pulumi. */
export interface Context {
  /** Shown under the resource when the operation has ended. */
  info(message: string): void;
  warn(message: string): void;
  /** Shown in the resource's row until the next one comes. */
  progress(message: string): void;
  /** Aborted when the process has to end. */
  signal: AbortSignal;
}
