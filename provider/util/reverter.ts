/** Undoes a change that failed half way, so that nobody has to find out how far it got. */

export interface Reverter {
  /** Adds what undoes a step: before the step, since it can fail half-done as well. */
  add(undo: () => Promise<void>): void;
}

/**
 * Makes a change; when it throws, undoes its steps, the last one first.
 *
 * @param reverts the errors to undo the change after, all by default: without an answer from a host, undoing is a guess
 * @throws what `change` threw; its message says so when undoing failed too
 */
export async function revertOnFailure<T>(
  change: (reverter: Reverter) => Promise<T>,
  reverts: (error: unknown) => boolean = () => true,
): Promise<T> {
  const undos: (() => Promise<void>)[] = [];
  try {
    return await change({ add: (undo) => undos.unshift(undo) });
  } catch (error) {
    if (reverts(error)) for (const undo of undos) await undo().catch((failure: Error) => note(error, failure));
    throw error;
  }
}

function note(error: unknown, failure: Error): void {
  if (error instanceof Error) error.message += `\nUndoing the change failed too: ${failure.message}`;
}
