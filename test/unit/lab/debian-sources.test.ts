import { sourcesFor } from "../../../lab/preflight/debian-sources";

const indexTargets = [
  "Debian|bookworm|main|http://mirror.example/debian/",
  "Debian|bookworm|contrib|http://mirror.example/debian/",
  "Debian|bookworm-updates|main|http://mirror.example/debian/",
  "Debian|bookworm-security|main|http://mirror.example/debian-security/",
  "Debian Backports|bookworm-backports|main|http://mirror.example/debian/",
  ". nodistro|nodistro|main|https://vendor.example/",
  "Debian|bookworm|main|http://mirror.example/debian/",
  "",
].join("\n");

test("a release comes from where this machine gets its own packages", () => {
  expect(sourcesFor("trixie", indexTargets)).toEqual([
    "deb http://mirror.example/debian/ trixie main",
    "deb http://mirror.example/debian/ trixie-updates main",
    "deb http://mirror.example/debian-security/ trixie-security main",
  ]);
});

test("other vendors' archives and backports are left out", () => {
  expect(sourcesFor("bookworm", ". nodistro|nodistro|main|https://vendor.example/\n")).toEqual([]);
});
