import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../lab/paths";
import { optionalKinds } from "../../provider/libvirt/definition/blocking-devices";
import { blockerKinds, blockerOf } from "../../provider/migration-blockers/table";

const guide = readFileSync(join(repository, "docs/devices.md"), "utf8");
const rows = guide.split("\n").filter((line) => line.startsWith("| `"));
const cellsOf = (kind: string) =>
  rows
    .find((row) => row.startsWith(`| \`${kind}\` `))
    ?.split("|")
    .map((cell) => cell.trim().replaceAll("`", ""));

test.each(blockerKinds)("docs/devices.md tells of %s what the table has", (kind) => {
  const { refusedBy, releases, reason, remedy, proof } = blockerOf(kind);
  const instead = remedy === "none" ? "" : remedy;
  expect(cellsOf(kind)).toEqual(
    ["", kind, reason, refusedBy, releases, instead, proof.replace("source: ", ""), ""].map((text) =>
      text.replaceAll("`", ""),
    ),
  );
});

test.each(optionalKinds)("docs/devices.md has %s", (kind) => expect(cellsOf(kind)).toBeDefined());
