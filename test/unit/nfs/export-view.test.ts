import { exportFile, exportFileText } from "../../../provider/nfs/export-file";
import {
  adoptionDifferences,
  exportDrift,
  exportProblems,
  isAnyThere,
  ownEntries,
  pathsToResolve,
  type ServerFacts,
  toExport,
} from "../../../provider/nfs/export-view";

const options = ["rw", "no_root_squash"];
const wanted = { path: "/srv/vm", clients: [{ client: "10.77.0.0/24", options }] };
const file = exportFile(wanted.path);
const directory = { kind: "directory", mode: "755", owner: ["root", "0"], group: ["root", "0"] };
const entry = { path: "/srv/vm", client: "10.77.0.0/24", options };
const good: ServerFacts = {
  files: [
    {
      path: file,
      text: exportFileText(wanted.path, wanted.clients, { createdDirectories: ["/srv/vm"], owner: undefined }),
    },
  ],
  table: [entry],
  directories: new Map([
    ["/etc/exports.d", directory],
    ["/srv", directory],
    ["/srv/vm", directory],
  ]),
  active: true,
  isLink: false,
  realPaths: new Map(),
  missingNames: [],
};
const bare: ServerFacts = { ...good, files: [], table: [], directories: new Map([["/srv", directory]]) };
const foreign = (line: string) => ({ path: "/etc/exports", text: `${line}\n` });

test("all is well", () => {
  expect(exportProblems(good, wanted, true, "nas")).toEqual([]);
  expect(exportDrift(good, wanted, "nas")).toEqual([]);
  expect(toExport(good, wanted)).toEqual([]);
});

test("a server with nothing gets everything", () => {
  expect(exportProblems(bare, wanted, false, "nas")).toEqual([]);
  expect(toExport(bare, wanted)).toEqual(wanted.clients);
});

test.each<[string, Partial<ServerFacts>, RegExp]>([
  ["nfs-server is down", { active: false }, /Run `systemctl enable --now nfs-server` there/],
  [
    "a file is in the way",
    { directories: new Map([["/srv", { ...directory, kind: "regular file" }]]) },
    /\/srv is a regular file/,
  ],
  ["a user is missing", { missingNames: ["user qemu"] }, /there is no user qemu/],
  [
    "another file exports it",
    { files: [foreign("/srv/vm 10.77.0.0/24(ro)")] },
    /\/etc\/exports has an entry that would export \/srv\/vm to 10\.77\.0\.0\/24\. Remove that entry/,
  ],
  [
    "another file exports it, in other words",
    {
      files: [foreign("/srv//vm/ 10.77.0.0/255.255.255.0(ro)")],
      table: [{ ...entry, client: "10.77.0.0/255.255.255.0" }],
    },
    /^nas: \/etc\/exports exports \/srv\/vm to 10\.77\.0\.0\/255\.255\.255\.0\. Remove that entry[^\n]*$/,
  ],
  [
    "another file exports it by a link",
    { files: [foreign("/images 10.77.0.0/24(rw)")], table: [entry], realPaths: new Map([["/images", "/srv/vm"]]) },
    /^nas: \/etc\/exports exports \/srv\/vm to 10\.77\.0\.0\/24\. Remove that entry[^\n]*$/,
  ],
  ["it was exported by hand", { table: [entry] }, /by hand and in no file/],
  [
    "our file is not ours",
    { files: [{ path: file, text: "/srv/vm *(ro)\n" }] },
    /is not ours\. Remove it, or set adopt/,
  ],
])("refused: %s", (_, found, problem) => {
  expect(exportProblems({ ...bare, ...found }, wanted, false, "nas").join("\n")).toMatch(problem);
});

test("links are followed only where somebody exports the path and no file names it", () => {
  const files = [foreign("/images 10.77.0.0/24(rw)\n/images hv-c\n/srv/other *(rw)")];
  expect(pathsToResolve({ files, table: [] }, "/srv/vm")).toEqual([]);
  expect(pathsToResolve({ files, table: [entry] }, "/srv/vm")).toEqual(["/images", "/srv/other"]);
  expect(pathsToResolve({ files: [...files, foreign("/srv/vm/ 10.77.0.0/24")], table: [entry] }, "/srv/vm")).toEqual(
    [],
  );
});

test("adopt takes over what was exported by hand, but not what another file has", () => {
  const adopting = { ...wanted, adopt: true };
  const text = "/srv/vm *(ro)\n";
  expect(exportProblems({ ...bare, table: [entry], files: [{ path: file, text }] }, adopting, false, "nas")).toEqual(
    [],
  );
  const other = { ...bare, files: [foreign("/srv/vm 10.77.0.0/24(rw)")] };
  expect(exportProblems(other, adopting, false, "nas")).toHaveLength(1);
});

test("other clients and other paths are nobody's business", () => {
  const files = [...good.files, foreign("/srv/vm hv-c(ro)"), foreign("/srv/other 10.77.0.0/24(ro)")];
  const facts = { ...good, files, table: [entry, { ...entry, client: "hv-c" }, { ...entry, path: "/srv/other" }] };
  expect(exportProblems(facts, wanted, true, "nas")).toEqual([]);
  expect(exportDrift(facts, wanted, "nas")).toEqual([]);
  expect(ownEntries(facts, "/srv/vm", []).map(({ client }) => client)).toEqual(["10.77.0.0/24"]);
});

test("the state remembers what is ours when the file is lost", () => {
  expect(ownEntries({ ...good, files: [] }, "/srv/vm", [])).toEqual([]);
  expect(ownEntries({ ...good, files: [] }, "/srv/vm", wanted.clients)).toHaveLength(1);
});

test("the directory's own attributes drift", () => {
  const strict = { ...wanted, mode: "0751", owner: "64055", group: "root" };
  expect(exportDrift(good, strict, "nas")).toEqual([
    "nas: /srv/vm has the mode 0755 instead of 0751",
    "nas: /srv/vm belongs to root instead of 64055",
  ]);
  expect(exportDrift({ ...good, directories: new Map() }, wanted, "nas")).toEqual(["nas: /srv/vm does not exist"]);
});

describe("what is taken over", () => {
  const byHand = { ...good, files: [{ path: file, text: "/srv/vm 10.77.0.0/24(rw,no_root_squash)\n" }] };

  test("stays as it is, where it is exported as wanted", () => {
    expect(adoptionDifferences(byHand, wanted, "nas")).toEqual([]);
    expect(adoptionDifferences({ ...good, files: [] }, wanted, "nas")).toEqual([]);
    expect([isAnyThere(byHand, wanted), isAnyThere({ ...good, files: [] }, wanted)]).toEqual([true, true]);
    expect(isAnyThere(bare, wanted)).toBe(false);
  });

  test("changes where it is not, and what its file loses is said", () => {
    const table = [{ ...entry, options: ["ro"] }];
    expect(adoptionDifferences({ ...byHand, table }, wanted, "nas")).toEqual([
      "nas: /srv/vm is exported to 10.77.0.0/24 with ro instead of rw",
      "nas: /srv/vm is exported to 10.77.0.0/24 with root_squash instead of no_root_squash",
    ]);
    const files = [{ path: file, text: "/srv/vm 10.77.0.0/24(rw) 10.78.0.0/24(rw)\n/srv/other *(ro)\n" }];
    expect(adoptionDifferences({ ...good, files }, wanted, "nas")).toEqual([
      `nas: ${file} has /srv/vm for 10.78.0.0/24, which it loses`,
      `nas: ${file} has /srv/other for *, which it loses`,
    ]);
  });

  test("of another stack of ours: who is no longer wanted is told", () => {
    const clients = [...wanted.clients, { client: "10.78.0.0/24", options }];
    const text = exportFileText(wanted.path, clients, { createdDirectories: [], owner: undefined });
    const theirs = { ...good, files: [{ path: file, text }], table: [entry, { ...entry, client: "10.78.0.0/24" }] };
    expect(adoptionDifferences(theirs, wanted, "nas")).toContain(
      "nas: /srv/vm is exported to 10.78.0.0/24, which ends",
    );
  });
});
