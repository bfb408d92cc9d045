import { keepErrorsFromConsole, sayOnce } from "../../../provider/lifecycle/said-once";

test("what Pulumi writes of an error that the engine shows is left out, and nothing else", () => {
  const { error: original } = console;
  const written: unknown[][] = [];
  console.error = (...args: unknown[]) => void written.push(args);
  try {
    keepErrorsFromConsole();
    const error = new RangeError("hv-a cannot be reached");
    sayOnce(error);
    console.error(`${error}: ${error.stack}`); // as cmd/dynamic-provider does
    console.error(`${error}: ${error.stack}`);
    console.error("something else");
    console.error(error);
    expect(written).toEqual([[`${error}: ${error.message}`], ["something else"], [error]]);
  } finally {
    console.error = original;
  }
});
