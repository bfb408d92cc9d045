/** An error whose message is complete: shown without a stack. */
export class UserError extends Error {}

/** Runs a command's main function; an error becomes one message and exit code 1. `DEBUG=1` adds the stack. */
export function runMain(main: () => Promise<unknown>): void {
  main().catch((error: unknown) => {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    console.error(`\n${process.env.DEBUG && !(error instanceof UserError) ? stack : `error: ${message}`}`);
    process.exitCode = 1;
  });
}
