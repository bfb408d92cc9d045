/** The provider's operations on the cell's guest; an error is a result like any other. */
import type { LabHost } from "../../lab/lab-host";
import type { RefreshSaid, Said } from "./record";
import { type Scene, withoutPaths } from "./scene";

export async function up(scene: Scene, host: LabHost, what: string, fenced: readonly string[] = []): Promise<Said> {
  const said = await answer(scene, what, () => scene.guest.up(host.name, {}, { fenced: [...fenced] }));
  const told = withoutOldProgress(scene.guest.told);
  return { ...said, ...(told.length > 0 && { told: told.slice(-12) }) };
}

export async function refresh(scene: Scene): Promise<RefreshSaid> {
  const { placement } = scene.guest;
  const said = await answer(scene, "refresh", () => placement.refresh());
  if (said.ended === "error" || !placement.exists) return said;
  const { host, state } = placement.outputs;
  return {
    ...said,
    ...(host !== undefined && { host: String(host) }),
    ...(state !== undefined && { state: String(state) }),
  };
}

async function answer(scene: Scene, what: string, ask: () => Promise<string>): Promise<Said> {
  scene.note(`${what} …`);
  const said = await ask().then(
    (ended): Said => ({ ended }),
    (error: Error): Said => ({ ended: "error", message: withoutPaths(error.message).slice(0, 1200) }),
  );
  const told = what === "refresh" ? [] : withoutOldProgress(scene.guest.told);
  scene.note([`${what}: ${said.ended}${said.message ? `: ${said.message}` : ""}`, ...told].join("\n    "));
  return said;
}

/** Pure: only the last of several lines of progress in a row. */
function withoutOldProgress(told: string): string[] {
  const lines = withoutPaths(told).split("\n").filter(Boolean);
  const isProgress = (line = "") => /^migrating .*, \d+ s$/.test(line);
  return lines.filter((line, index) => !isProgress(line) || !isProgress(lines[index + 1]));
}
