import { readMark } from "../../../provider/host/file-mark";
import { clientHolds, clientProblem, exportArgument, sameClient } from "../../../provider/nfs/export-client";
import { exportFile, exportFileText, exportName } from "../../../provider/nfs/export-file";
import { exportOptionDifferences, exportOptionProblems, statedOptions } from "../../../provider/nfs/export-options";
import { parseExports, printExports } from "../../../provider/nfs/exports";

describe("clients", () => {
  test.each([
    "*",
    "10.77.0.11",
    "10.77.0.0/24",
    "0.0.0.0/0",
    "10.77.0.11/32",
    "2001:db8::1",
    "2001:db8::/32",
    "hv-a",
    "hv-a.example.com",
    "*.example.com",
    "hv-[ab].example",
    "@trusted_hosts",
  ])("%j will do", (client) => {
    expect(clientProblem(client)).toBeUndefined();
  });

  test.each<[string, RegExp]>([
    ["", /every host/],
    ["10.77.0.0/24 (rw)", /without whitespace/],
    ["a\nb", /without whitespace/],
    ["hv-a(rw)", /parentheses/],
    ["'hv-a'", /quotes/],
    ["#hv-a", /without/],
    ["$(reboot)", /parentheses/],
    ["hv-a,hv-b", /commas/],
    ["-rw", /must be a host name/],
    ["10.77.*", /a complete IP address, or a network/],
    ["10.77.0", /a complete IP address/],
    ["10.77.0.11/24", /write 10\.77\.0\.0\/24/],
    ["10.77.0.255/25", /write 10\.77\.0\.128\/25/],
    ["10.77.0.0/33", /ADDRESS\/BITS/],
    ["10.77.0.0/255.255.255.0", /ADDRESS\/BITS/],
    ["gss/krb5", /ADDRESS\/BITS/],
    ["../x", /ADDRESS\/BITS/],
    ["[2001:db8::1]", /without brackets/],
    ["@", /netgroup/],
    ["x".repeat(300), /253 characters/],
  ])("%j is refused", (client, reason) => {
    expect(clientProblem(client)).toMatch(reason);
  });

  test.each<[string, string, boolean | undefined]>([
    ["*", "10.1.1.1", true],
    ["10.77.0.0/24", "10.77.0.11", true],
    ["10.77.0.0/24", "10.77.1.11", false],
    ["10.77.0.11", "10.77.0.11", true],
    ["10.77.0.0/24", "2001:db8::1", false],
    ["2001:db8::/32", "2001:db8:1::1", true],
    ["hv-a", "10.77.0.11", undefined],
    ["*.example", "10.77.0.11", undefined],
  ])("%s holds %s: %s", (client, address, holds) => {
    expect(clientHolds(client, address)).toBe(holds);
  });

  test.each<[string, string, boolean]>([
    ["10.77.0.0/255.255.255.0", "10.77.0.0/24", true],
    ["10.77.0.5/32", "10.77.0.5", true],
    ["fd00:0:0::5", "FD00::5", true],
    ["fd00::/064", "fd00:0::/64", true],
    ["HV-A.example", "hv-a.example", true],
    ["10.77.0.0/24", "10.77.0.0/25", false],
    ["0.0.0.0/0", "*", false],
    ["10.77.0.5", "fd00::5", false],
  ])("%s and %s are the same: %s", (a, b, same) => {
    expect(sameClient(a, b)).toBe(same);
    expect(sameClient(b, a)).toBe(same);
  });

  test("IPv6 has brackets on exportfs' command line only", () => {
    expect(exportArgument("2001:db8::/32", "/srv/vm")).toBe("[2001:db8::]/32:/srv/vm");
    expect(exportArgument("10.77.0.0/24", "/srv/vm")).toBe("10.77.0.0/24:/srv/vm");
  });
});

describe("options", () => {
  test.each([
    [["rw", "sync", "no_root_squash"]],
    [["fsid=0", "sec=krb5:krb5i", "crossmnt"]],
    [["anonuid=64055", "mp"]],
    [[]],
  ])("%j will do", (options) => {
    expect(exportOptionProblems(options)).toEqual([]);
  });

  test.each<[string[], string]>([
    [["rw", "ro"], "has ro and rw, which contradict each other"],
    [["sync", "async"], "has sync and async, which contradict each other"],
    [["rw", "rw"], "has rw twice"],
    [["writable"], 'has "writable", which is no option of exports(5)'],
    [["rw,async"], 'has "rw,async", which is no option of exports(5)'],
    [["rw "], 'has "rw ", which is no option of exports(5)'],
    [["rw) *(rw"], 'has "rw) *(rw", which is no option of exports(5)'],
    [["fsid=$(id)"], 'has "fsid=$(id)", whose value exports(5) does not allow'],
    [["mp=/x\n/etc *(rw)"], 'has "mp=/x\\n/etc *(rw)", whose value exports(5) does not allow'],
    [["sec=none:all"], 'has "sec=none:all", whose value exports(5) does not allow'],
    [["anonuid=root"], 'has "anonuid=root", whose value exports(5) does not allow'],
    [["x".repeat(300)], `has "${"x".repeat(80)}", which is no option of exports(5)`],
  ])("%j is refused", (options, problem) => {
    expect(exportOptionProblems(options)).toContain(problem);
  });

  test("what exportfs would leave open is stated", () => {
    expect(statedOptions(["rw"])).toEqual(["rw", "sync", "no_subtree_check"]);
    expect(statedOptions(["async", "subtree_check"])).toEqual(["async", "subtree_check"]);
  });

  const shown = "sync,wdelay,hide,no_subtree_check,sec=sys,rw,secure,no_root_squash,no_all_squash".split(",");
  test.each<[string[], string[]]>([
    [["rw", "no_root_squash"], []],
    [["ro", "no_root_squash"], ["rw instead of ro"]],
    [["rw"], ["no_root_squash instead of root_squash"]],
    [["rw", "no_root_squash", "async"], ["sync instead of async"]],
    [
      ["rw", "no_root_squash", "crossmnt", "fsid=root"],
      ["no crossmnt instead of crossmnt", "no fsid instead of fsid=0"],
    ],
    [["rw", "no_root_squash", "anonuid=-2", "acl"], []],
  ])("the table against %j: %j", (wanted, differences) => {
    expect(exportOptionDifferences(shown, wanted)).toEqual(differences);
  });
});

describe("the format", () => {
  test("what is printed is read back", () => {
    const clients = [
      { client: "10.77.0.0/24", options: ["rw", "sync", "no_subtree_check"] },
      { client: "2001:db8::/32", options: ["ro", "sync", "no_subtree_check"] },
    ];
    expect(parseExports(printExports("/srv/a-b", clients))).toEqual(
      clients.map((entry) => ({ path: "/srv/a-b", ...entry })),
    );
  });

  test.each<[string, { path: string; client: string; options: string[] }[]]>([
    ["", []],
    ["# /srv a(rw)", []],
    ["/srv a(rw) # b(rw)", [{ path: "/srv", client: "a", options: ["rw"] }]],
    [
      "/srv a (rw)",
      [
        { path: "/srv", client: "a", options: [] },
        { path: "/srv", client: "*", options: ["rw"] },
      ],
    ],
    ["/srv", [{ path: "/srv", client: "*", options: [] }]],
    [
      "/srv -sync,ro a b(rw)",
      [
        { path: "/srv", client: "a", options: ["sync", "ro"] },
        { path: "/srv", client: "b", options: ["sync", "ro", "rw"] },
      ],
    ],
    ["/srv \\\n  a(rw)", [{ path: "/srv", client: "a", options: ["rw"] }]],
    ['"/srv/a b" c(ro)', [{ path: "/srv/a b", client: "c", options: ["ro"] }]],
    ["/srv/a\\040b c(ro)", [{ path: "/srv/a b", client: "c", options: ["ro"] }]],
    ['/srv/pr\\303\\274f "c"(ro)', [{ path: "/srv/prüf", client: "c", options: ["ro"] }]],
    ["/srv/a#b c(ro)\r\n", [{ path: "/srv/a#b", client: "c", options: ["ro"] }]],
    ["srv/./b c", [{ path: "/srv/b", client: "c", options: [] }]],
    [
      "/srv -ro a -sync b",
      [
        { path: "/srv", client: "a", options: ["ro"] },
        { path: "/srv", client: "b", options: ["ro", "sync"] },
      ],
    ],
    [
      "/srv a -ro",
      [
        { path: "/srv", client: "a", options: [] },
        { path: "/srv", client: "*", options: ["ro"] },
      ],
    ],
    [
      "/srv a(no_rootsquash)\n/b a(rw",
      [
        { path: "/srv", client: "a", options: ["no_rootsquash"] },
        { path: "/b", client: "a", options: ["rw"] },
      ],
    ],
  ])("%j", (text, entries) => {
    expect(parseExports(text)).toEqual(entries);
  });
});

describe("the file", () => {
  test("each path has a name of its own", () => {
    const paths = [
      "/srv/vm",
      "/srv-vm",
      "/srv=2dvm",
      "/srv--vm",
      "/srv/-vm",
      "/srv-/vm",
      "/srv=vm",
      `/${"a".repeat(199)}`,
      `/${"a".repeat(198)}b`,
    ];
    expect(new Set(paths.map(exportName)).size).toBe(paths.length);
    expect(exportFile("/srv/vm")).toBe("/etc/exports.d/kvm-live-srv-vm.exports");
    for (const path of [...paths, `/${"-".repeat(199)}`])
      expect(`.${exportName(path)}.exports.`.length + 36).toBeLessThanOrEqual(255);
  });

  test("it says that it is ours, and what was made for it", () => {
    const owner = { urn: "urn:pulumi:dev::shop::kvm:NfsExport::my images", uid: "0123abcd" };
    const mark = { createdDirectories: ["/etc/exports.d", "/srv/vm"], owner };
    const text = exportFileText("/srv/vm", [{ client: "*", options: ["ro"] }], mark);
    expect(readMark(text)).toEqual(mark);
    expect(text.split("\n").slice(2)).toEqual(["/srv/vm *(ro,sync,no_subtree_check)", ""]);
    const earlier = { createdDirectories: [], owner: undefined };
    expect(readMark(exportFileText("/srv/vm", [], earlier))).toEqual(earlier);
    expect(readMark("# by hand\n/srv/vm *(ro)\n")).toBeUndefined();
    expect(readMark(undefined)).toBeUndefined();
  });
});

test.each<[string, string[]]>([
  ["/srv/vm/ a(rw)\n//srv//b/ a(rw)\n/ a(ro)\n", ["/srv/vm a", "/srv/b a", "/ a"]],
  ["# old: /srv/a *(rw) \\\n/srv/vm a(rw)\n", ["/srv/vm a"]],
  ["/srv/vm a(rw) \\\n  b(ro)\n/srv/b c(ro)", ["/srv/vm a", "/srv/vm b", "/srv/b c"]],
  ["/srv/vm a(rw) # b(rw) \\\n/srv/b c(ro)", ["/srv/vm a", "/srv/b c"]],
  ["/srv/vm\ta(rw)\\\n\\\n b(ro)", ["/srv/vm a", "/srv/vm b"]],
])("%j has %j", (text, entries) => {
  expect(parseExports(text).map(({ path, client }) => `${path} ${client}`)).toEqual(entries);
});
