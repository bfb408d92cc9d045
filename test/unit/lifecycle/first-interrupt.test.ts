import { join } from "node:path";
import { repository } from "../../../lab/paths";
import { onFirstInterrupt } from "../../../provider/lifecycle/first-interrupt";
import { startProviderServer } from "./provider-server";

const text = `
  const { cancelWithEngine, operationFor } = require(${JSON.stringify(join(repository, "provider/lifecycle/engine.ts"))});
  cancelWithEngine();
  exports.handler = () => ({
    create: async ({ endless }) => {
      const { cancelled, progress } = operationFor("urn:x");
      progress(cancelled.aborted ? "cancelled already" : "working");
      if (endless)
        await new Promise((_, reject) => cancelled.addEventListener("abort", () => reject(cancelled.reason)));
      return { id: "a", outs: {} };
    },
  });`;

test("what runs in the SDK's server hears of Cancel, of nothing else, and what comes later is not cancelled", async () => {
  const server = await startProviderServer(text);
  try {
    await server.getPluginInfo(); // before there is a listener
    let ended = false;
    const running = server.create({ endless: true }).finally(() => {
      ended = true;
    });
    running.catch(() => {});
    await server.logged(1);
    await server.create({ endless: false });
    await server.logged(2); // so the engine's answer to the first has come
    await server.getPluginInfo();
    expect(ended).toBe(false);
    await server.cancel();
    await expect(running).rejects.toThrow("Cancelled. Run the same command again to continue.");
    await server.cancel(); // nothing runs
    await server.create({ endless: false });
    expect(await server.logged(3)).toEqual(["working", "working", "working"]);
  } finally {
    await server.stop();
  }
});

describe("where Pulumi cannot be heard nothing is said, and nothing else is disturbed", () => {
  const handles = process as unknown as { _getActiveHandles: (() => unknown[]) | undefined };
  const fail = () => {
    throw new Error("not any more");
  };
  const original = handles._getActiveHandles;
  afterEach(() => {
    handles._getActiveHandles = original;
  });

  test.each<[string, (() => unknown[]) | undefined]>([
    ["Node.js does not tell its handles", undefined],
    ["telling fails", () => fail()],
    ["there is no server", () => [process.stdout, null]],
  ])("%s", (_, replacement) => {
    handles._getActiveHandles = replacement;
    const listener = jest.fn();
    expect(onFirstInterrupt(listener)).toBe(false);
    expect(listener).not.toHaveBeenCalled();
  });
});
