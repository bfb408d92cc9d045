/** Ids of `pulumi import`, and what is said of those that are none. */
import { type Importable, parseId } from "../../../provider/plugin/import-ids";

test.each<[type: Importable, id: string, what: string, hosts: string[]]>([
  ["DomainPlacement", "web@hv-a,hv-b", "web", ["hv-a", "hv-b"]],
  ["DomainPlacement", "we@b@[fd77::11]:22", "we@b", ["[fd77::11]:22"]],
  ["NfsMount", "/srv/vm@hv-a:2222", "/srv/vm", ["hv-a:2222"]],
  ["LibvirtTlsPki", "nas@hv-a", "nas", ["hv-a"]],
  ["MigrationFirewall", "admin@hv-a,hv-b", "", ["admin@hv-a", "hv-b"]],
  ["LibvirtSshAccess", "hv-a,hv-b,hv-c", "", ["hv-a", "hv-b", "hv-c"]],
])("%s %s", (type, id, what, hosts) => {
  expect(parseId(type, id)).toEqual({ what, hosts });
});

test.each<[type: Importable, id: string, problem: string]>([
  ["NfsExport", "/srv/vm", "it has no @"],
  ["NfsExport", "@nas", "nothing stands before its @, and the path of the directory should"],
  ["NfsExport", "/srv/vm@nas,hv-a", "it names 2 hosts, and one is wanted"],
  ["DomainPlacement", "web@hv-a,", "it has an empty name of a host"],
  ["MigrationFirewall", "hv-a", "it names one host, and two are the least"],
  ["LibvirtSshAccess", "", "it has an empty name of a host"],
])("%s %j is none", (type, id, problem) => {
  expect(() => parseId(type, id)).toThrow(`${JSON.stringify(id)} is no id of a ${type}: ${problem}. It is written as `);
});

test("the form is told in words", () => {
  expect(() => parseId("LibvirtTlsPki", "hv-a")).toThrow(
    "It is written as hv-a@hv-a,hv-b: the host with the authority, @, and its hosts, with commas between.",
  );
});
